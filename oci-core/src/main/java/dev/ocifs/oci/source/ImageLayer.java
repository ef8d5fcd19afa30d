package dev.ocifs.oci.source;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * One layer of an image where it lies. Nothing of it was read when the image was opened: whoever
 * reads it verifies it.
 *
 * @param ordinal place in the image, the base is 0
 * @param mediaType says how the layer should be compressed; its bytes say how it is
 * @param digest of the blob as stored; absent when a docker archive does not tell
 * @param size length of the blob as stored, in bytes
 * @param diffId digest of the uncompressed tar
 * @param opener opens the blob
 * @param remote what a registry can do for a layer of which not all is here
 * @param annotations those of the layer's descriptor; they are part of the manifest, which vouches
 *     for them
 */
public record ImageLayer(
    int ordinal,
    MediaType mediaType,
    Optional<Digest> digest,
    long size,
    Digest diffId,
    Opener opener,
    Optional<RemoteLayer> remote,
    Map<String, String> annotations) {

  public ImageLayer {
    annotations = Map.copyOf(annotations);
  }

  /** A layer that is here as a whole, and of which nothing is said. */
  public ImageLayer(
      int ordinal,
      MediaType mediaType,
      Optional<Digest> digest,
      long size,
      Digest diffId,
      Opener opener) {
    this(ordinal, mediaType, digest, size, diffId, opener, Optional.empty(), Map.of());
  }

  /** Opens the blob of a layer; each call gives another source. */
  @FunctionalInterface
  public interface Opener {
    BlobSource open() throws IOException;
  }

  /**
   * Opens the blob. The caller closes it, before the image.
   *
   * @throws dev.ocifs.oci.OcifsException {@code NOT_FOUND} or {@code IO} when it cannot be read,
   *     {@code MISMATCH} when it has not {@link #size} bytes
   */
  public BlobSource open() throws IOException {
    BlobSource blob = opener.open();
    if (blob.size() != size) {
      blob.close();
      throw Blobs.wrongSize(blob, digest.orElse(diffId), size);
    }
    return blob;
  }

  /** The same layer, opened in another way. */
  public ImageLayer withOpener(Opener other) {
    return new ImageLayer(ordinal, mediaType, digest, size, diffId, other, remote, annotations);
  }
}
