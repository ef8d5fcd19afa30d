package dev.ocifs.oci.manifest;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The manifest of one image: its configuration and its layers. One layer may occur more than once.
 *
 * <p>Source: OCI image-spec v1.1, manifest.md; Docker image manifest v2 schema 2. Immutable.
 *
 * @param document the bytes it was read from
 * @param layers base first
 * @param artifactType what the manifest holds when it is no image
 * @param subject the manifest that this one is a statement about
 */
public record ImageManifest(
    Document document,
    Descriptor config,
    List<Descriptor> layers,
    Map<String, String> annotations,
    Optional<String> artifactType,
    Optional<Descriptor> subject) {

  /**
   * Reads a manifest strictly.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when it is none, or also an index; {@code
   *     UNSUPPORTED} when it is of Docker's schema 1
   */
  public static ImageManifest parse(Document document) throws OcifsException {
    return StrictJson.parse("the manifest", document, json -> read(document, json));
  }

  private static ImageManifest read(Document document, StrictJson json) throws IOException {
    Builder builder = new Builder();
    json.object(
        name -> {
          switch (name) {
            case "config" -> builder.config = Descriptors.read(json);
            case "layers" -> builder.layers = json.list(() -> Descriptors.read(json));
            case "annotations" -> builder.annotations.putAll(json.stringMap());
            case "artifactType" -> builder.artifactType = json.optionalString();
            case "subject" -> builder.subject = Descriptors.optional(json);
            case "schemaVersion" -> Schema.check(json);
            case "mediaType" ->
                Schema.checkMediaType(json, MediaType::isManifest, "an image manifest");
            case "manifests", "fsLayers" ->
                throw json.error("a manifest cannot have '" + name + "'");
            default -> {
              return false;
            }
          }
          return true;
        });
    return new ImageManifest(
        document,
        json.required(builder.config, "config"),
        json.required(builder.layers, "layers"),
        Map.copyOf(builder.annotations),
        builder.artifactType,
        builder.subject);
  }

  private static final class Builder {
    private @Nullable Descriptor config;
    private @Nullable List<Descriptor> layers;
    private final Map<String, String> annotations = new LinkedHashMap<>();
    private Optional<String> artifactType = Optional.empty();
    private Optional<Descriptor> subject = Optional.empty();
  }
}
