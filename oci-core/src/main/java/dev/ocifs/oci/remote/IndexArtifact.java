package dev.ocifs.oci.remote;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.ImageManifest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The manifest of an artifact that is published beside an image: an index of each layer, and what
 * mounts read first. docs/registries.md describes it. Immutable.
 *
 * <p>Source: OCI image-spec v1.1, manifest.md, "Guidelines for Artifact Usage".
 *
 * @param digest of the manifest
 * @param indexes by the digests of the layers' blobs
 * @param profile the access profile; its layers are those of the image, its spans those of the
 *     indices
 */
record IndexArtifact(Digest digest, Map<Digest, Descriptor> indexes, Optional<Descriptor> profile) {
  /** What the artifact is. */
  static final String TYPE = "application/vnd.ocifs.index.v1";

  /** One layer index, compressed with zstd. */
  static final MediaType INDEX_TYPE = new MediaType("application/vnd.ocifs.layer-index.v1+zstd");

  /** An access trace. */
  static final MediaType PROFILE_TYPE = new MediaType("application/vnd.ocifs.access-profile.v1");

  /** What an artifact without a configuration names as one. */
  static final MediaType EMPTY_TYPE = new MediaType("application/vnd.oci.empty.v1+json");

  /** On each index: the digest of the blob of the layer that it is of. */
  static final String LAYER_ANNOTATION = "dev.ocifs.layer.digest";

  IndexArtifact {
    indexes = Map.copyOf(indexes);
  }

  /**
   * Reads the manifest of an artifact.
   *
   * @param digest what it was got by
   * @param image the digest of the manifest that it has to be about
   * @throws OcifsException {@code MISMATCH} when it is about another, or no index at all
   */
  static IndexArtifact read(Digest digest, ImageManifest manifest, Digest image)
      throws OcifsException {
    if (!manifest.artifactType().equals(Optional.of(TYPE))) {
      throw new OcifsException(
          OcifsException.Kind.MISMATCH, digest + " is no manifest of indices of ocifs");
    }
    Optional<Digest> subject = manifest.subject().map(Descriptor::digest);
    if (!subject.equals(Optional.of(image))) {
      throw new OcifsException(
          OcifsException.Kind.MISMATCH,
          "the indices "
              + digest
              + " are those of "
              + subject.map(Digest::toString).orElse("no image")
              + ", and the image is "
              + image);
    }
    Map<Digest, Descriptor> indexes = new LinkedHashMap<>();
    Optional<Descriptor> profile = Optional.empty();
    for (Descriptor layer : manifest.layers()) {
      String of = layer.annotations().get(LAYER_ANNOTATION);
      if (layer.mediaType().equals(INDEX_TYPE) && of != null) {
        indexes.putIfAbsent(Digest.parse(of), layer);
      } else if (layer.mediaType().equals(PROFILE_TYPE) && profile.isEmpty()) {
        profile = Optional.of(layer);
      }
    }
    return new IndexArtifact(digest, indexes, profile);
  }
}
