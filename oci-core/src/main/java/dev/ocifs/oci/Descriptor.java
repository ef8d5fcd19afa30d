package dev.ocifs.oci;

import java.util.Map;
import java.util.Optional;

/**
 * What a document says of a content that it refers to. Immutable.
 *
 * <p>Source: OCI image-spec v1.1, descriptor.md.
 *
 * @param mediaType of the content, empty when the document does not say
 * @param digest of the content
 * @param size of the content in bytes
 * @param platform of the image, in an index
 * @param annotations empty when there are none
 */
public record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    Optional<Platform> platform,
    Map<String, String> annotations) {

  public Descriptor {
    annotations = Map.copyOf(annotations);
  }

  /** A value among the annotations. */
  public Optional<String> annotation(String name) {
    return Optional.ofNullable(annotations.get(name));
  }
}
