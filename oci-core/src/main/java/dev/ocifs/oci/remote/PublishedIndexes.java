package dev.ocifs.oci.remote;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.ImageManifest;
import dev.ocifs.oci.registry.Repository;
import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The layer indices that somebody has published beside an image: an artifact whose subject is the
 * image's manifest, with a layer for each layer of the image. docs/registries.md describes it.
 *
 * <p>Source: OCI image-spec v1.1, manifest.md, "Guidelines for Artifact Usage"; distribution-spec
 * v1.1, "Listing Referrers". Thread-safe.
 */
public final class PublishedIndexes {
  /** What the artifact is. */
  public static final String ARTIFACT_TYPE = "application/vnd.ocifs.index.v1";

  /** One layer index, compressed with zstd. */
  public static final MediaType INDEX_TYPE =
      new MediaType("application/vnd.ocifs.layer-index.v1+zstd");

  /** What an artifact without a configuration names as one. */
  public static final MediaType EMPTY_TYPE = new MediaType("application/vnd.oci.empty.v1+json");

  /** On each index: the digest of the blob of the layer that it is of. */
  public static final String LAYER_ANNOTATION = "dev.ocifs.layer.digest";

  /** Real ones have 0.5 % of their layers, which may be of many GiB. */
  private static final long MAX_BYTES = 256L << 20;

  private static final System.Logger LOG = System.getLogger("dev.ocifs.remote");

  private final RegistryImage image;
  private final Descriptor manifest;
  private @Nullable Map<Digest, Descriptor> found;

  PublishedIndexes(RegistryImage image, Descriptor manifest) {
    this.image = image;
    this.manifest = manifest;
  }

  /**
   * The index of a layer; closed by the caller. A registry that fails to say what there is counts
   * as one that has none: without an index the layer is read once as a whole.
   */
  Optional<BlobSource> open(Digest layer) throws IOException {
    try {
      Descriptor index = found().get(layer);
      return index == null ? Optional.empty() : Optional.of(fetch(index));
    } catch (OcifsException e) {
      LOG.log(Level.WARNING, "no published index for layer " + layer + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Asks once for all layers, which are fetched at the same time. */
  private synchronized Map<Digest, Descriptor> found() throws IOException {
    if (found == null) {
      found = look(image.repository());
    }
    return found;
  }

  private Map<Digest, Descriptor> look(Repository repository) throws IOException {
    Map<Digest, Descriptor> indexes = new HashMap<>();
    for (Descriptor artifact :
        repository.referrers(manifest.digest(), Optional.of(ARTIFACT_TYPE))) {
      ImageManifest read =
          ImageManifest.parse(repository.manifest(artifact.digest().toString()).document());
      for (Descriptor index : read.layers()) {
        String layer = index.annotations().get(LAYER_ANNOTATION);
        if (index.mediaType().equals(INDEX_TYPE) && layer != null) {
          indexes.putIfAbsent(Digest.parse(layer), index);
        }
      }
    }
    return indexes;
  }

  private BlobSource fetch(Descriptor index) throws IOException {
    if (index.size() > MAX_BYTES) {
      throw new OcifsException(
          OcifsException.Kind.LIMIT, "it has " + index.size() + " bytes, more than " + MAX_BYTES);
    }
    return FetchedFile.fetch(image.store(), image.repository().ranges(index), index.digest());
  }
}
