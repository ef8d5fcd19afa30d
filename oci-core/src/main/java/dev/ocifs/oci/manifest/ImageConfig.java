package dev.ocifs.oci.manifest;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Platform;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of an image: its platform, the diffIDs of its layers, how it was made, and what
 * a container of it runs.
 *
 * <p>Source: OCI image-spec v1.1, config.md. Immutable.
 *
 * @param document the bytes it was read from
 * @param platform absent when the configuration does not name both system and architecture
 * @param diffIds base first
 * @param history base first; may be missing, and may be longer or shorter than the layers
 * @param created when the image was made, as RFC 3339 text, unchecked
 */
public record ImageConfig(
    Document document,
    Optional<Platform> platform,
    ProcessConfig process,
    List<Digest> diffIds,
    List<History> history,
    Optional<String> created,
    Optional<String> author) {

  /**
   * One step that made the image.
   *
   * @param emptyLayer whether the step changed no file and so has no layer
   */
  public record History(
      Optional<String> created,
      Optional<String> createdBy,
      Optional<String> comment,
      boolean emptyLayer) {}

  /**
   * Reads a configuration strictly.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when it is none
   */
  public static ImageConfig parse(Document document) throws OcifsException {
    return StrictJson.parse(
        "the configuration",
        document,
        json -> {
          Builder builder = new Builder();
          json.object(name -> builder.take(name, json));
          return new ImageConfig(
              document,
              builder.platform.platform(),
              builder.process,
              json.required(builder.diffIds, "rootfs/diff_ids"),
              builder.history,
              builder.created,
              builder.author);
        });
  }

  private static final class Builder {
    private final PlatformFields platform = new PlatformFields();
    private ProcessConfig process = ProcessConfig.EMPTY;
    private @Nullable List<Digest> diffIds;
    private List<History> history = List.of();
    private Optional<String> created = Optional.empty();
    private Optional<String> author = Optional.empty();

    boolean take(String name, StrictJson json) throws IOException {
      switch (name) {
        case "config" -> process = ProcessConfig.read(json);
        case "rootfs" -> json.object(field -> takeRootfs(field, json));
        case "history" -> history = json.list(() -> readHistory(json));
        case "created" -> created = json.optionalString();
        case "author" -> author = json.optionalString();
        default -> {
          return platform.take(name, json);
        }
      }
      return true;
    }

    private boolean takeRootfs(String name, StrictJson json) throws IOException {
      if (name.equals("type")) {
        String type = json.string();
        if (!type.equals("layers")) {
          throw json.error("rootfs is of type '" + type + "', not 'layers'");
        }
        return true;
      }
      if (name.equals("diff_ids")) {
        diffIds = json.list(() -> Digest.parse(json.string()));
        return true;
      }
      return false;
    }
  }

  private static History readHistory(StrictJson json) throws IOException {
    HistoryBuilder builder = new HistoryBuilder();
    json.objectOrNull(name -> builder.take(name, json));
    return new History(builder.created, builder.createdBy, builder.comment, builder.emptyLayer);
  }

  private static final class HistoryBuilder {
    private Optional<String> created = Optional.empty();
    private Optional<String> createdBy = Optional.empty();
    private Optional<String> comment = Optional.empty();
    private boolean emptyLayer;

    boolean take(String name, StrictJson json) throws IOException {
      switch (name) {
        case "created" -> created = json.optionalString();
        case "created_by" -> createdBy = json.optionalString();
        case "comment" -> comment = json.optionalString();
        case "empty_layer" -> emptyLayer = json.bool();
        default -> {
          return false;
        }
      }
      return true;
    }
  }
}
