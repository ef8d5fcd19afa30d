package dev.ocifs.oci.manifest;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The {@code manifest.json} of a docker archive: which members make up which image.
 *
 * <p>Source: Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format".
 * Immutable.
 *
 * @param images in the order of the document; none when it is {@code null}
 */
public record DockerSave(List<Entry> images) {

  /**
   * One image.
   *
   * @param config name of the member that holds the configuration
   * @param repoTags the names of the image; none when it was saved by its ID
   * @param layers names of the members that hold the layers, base first
   */
  public record Entry(String config, List<String> repoTags, List<String> layers) {}

  /**
   * Reads the document strictly.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when it is none
   */
  public static DockerSave parse(Document document) throws OcifsException {
    return StrictJson.parse(
        "manifest.json", document, json -> new DockerSave(json.list(() -> entry(json))));
  }

  private static Entry entry(StrictJson json) throws IOException {
    Builder builder = new Builder();
    Set<String> seen = new HashSet<>();
    json.object(
        name -> {
          // Docker reads the names in any case, and jib once wrote them in lower case.
          String field = name.toLowerCase(Locale.ROOT);
          if (!seen.add(field)) {
            throw json.error("the field is there twice");
          }
          switch (field) {
            case "config" -> builder.config = json.string();
            case "repotags" -> builder.repoTags = json.strings();
            case "layers" -> builder.layers = json.strings();
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Entry(json.required(builder.config, "Config"), builder.repoTags, builder.layers);
  }

  private static final class Builder {
    private @Nullable String config;
    private List<String> repoTags = List.of();
    private List<String> layers = List.of();
  }
}
