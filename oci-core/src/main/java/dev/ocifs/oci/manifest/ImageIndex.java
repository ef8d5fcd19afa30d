package dev.ocifs.oci.manifest;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.OcifsException;
import java.util.List;

/**
 * An OCI image index or Docker manifest list: manifests and further indexes. Immutable.
 *
 * <p>Source: OCI image-spec v1.1, image-index.md.
 *
 * @param manifests in the order of the document
 */
public record ImageIndex(List<Descriptor> manifests) {

  /**
   * Parses an index.
   *
   * @param name what it is, for messages
   * @throws OcifsException {@code INVALID_IMAGE} when it is none, or is a manifest at the same time
   *     (rule 28)
   */
  public static ImageIndex parse(String name, byte[] raw) throws OcifsException {
    Json json = Json.parseObject(name, raw);
    for (String field : List.of("layers", "config")) {
      if (json.has(field)) {
        throw new OcifsException(
                OcifsException.Kind.INVALID_IMAGE,
                name + " is an index, but has '" + field + "' as a manifest has")
            .rule(28);
      }
    }
    return new ImageIndex(Descriptors.parseAll(json.get("manifests")));
  }
}
