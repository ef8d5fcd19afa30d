package dev.ocifs.oci.manifest;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A list of manifests: one image for several platforms, or everything that a layout holds.
 *
 * <p>Source: OCI image-spec v1.1, image-index.md; Docker manifest list v2.2. Immutable.
 *
 * @param document the bytes it was read from
 * @param manifests what it lists, in its order; media types that nobody knows are among them
 * @param subject the manifest that this index is a statement about
 */
public record ImageIndex(
    Document document, List<Descriptor> manifests, Optional<Descriptor> subject) {

  /**
   * Reads an index strictly.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when it is none, or also a manifest
   */
  public static ImageIndex parse(Document document) throws OcifsException {
    return StrictJson.parse(
        "the index",
        document,
        json -> {
          Builder builder = new Builder();
          json.object(
              name -> {
                switch (name) {
                  case "manifests" -> builder.manifests = json.list(() -> Descriptors.read(json));
                  case "subject" -> builder.subject = Descriptors.optional(json);
                  case "schemaVersion" -> Schema.check(json);
                  case "mediaType" ->
                      Schema.checkMediaType(json, MediaType::isIndex, "an image index");
                  case "layers", "config", "fsLayers" ->
                      throw json.error("an index cannot have '" + name + "'");
                  default -> {
                    return false;
                  }
                }
                return true;
              });
          return new ImageIndex(
              document, json.required(builder.manifests, "manifests"), builder.subject);
        });
  }

  private static final class Builder {
    private @Nullable List<Descriptor> manifests;
    private Optional<Descriptor> subject = Optional.empty();
  }
}
