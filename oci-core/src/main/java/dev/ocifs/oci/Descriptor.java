package dev.ocifs.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one document says about another content: its type, its digest and its exact size in bytes.
 *
 * <p>Source: OCI image-spec v1.1, descriptor.md. Immutable.
 *
 * @param size length of the content in bytes, never negative
 * @param platform what an image that the descriptor names runs on
 * @param urls where a foreign layer may be fetched from; never followed unasked
 */
public record Descriptor(
    MediaType mediaType,
    Digest digest,
    long size,
    Optional<Platform> platform,
    Map<String, String> annotations,
    List<String> urls,
    Optional<String> artifactType) {

  public Descriptor {
    if (size < 0) {
      throw new IllegalArgumentException("negative size: " + size);
    }
    annotations = Map.copyOf(annotations);
    urls = List.copyOf(urls);
  }

  /** A descriptor with the three required parts only. */
  public Descriptor(MediaType mediaType, Digest digest, long size) {
    this(mediaType, digest, size, Optional.empty(), Map.of(), List.of(), Optional.empty());
  }

  /**
   * Whether it names a statement about an image (an SBOM, a provenance) and no image: such
   * manifests are never chosen.
   */
  public boolean isAttestation() {
    return platform.map(Platform::isUnknown).orElse(false)
        || "attestation-manifest".equals(annotations.get("vnd.docker.reference.type"));
  }
}
