package dev.ocifs.oci.source;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.Optional;

/**
 * A layer of an image, where it lies. Immutable.
 *
 * @param ordinal the layer's place in the image, 0 at the base
 * @param mediaType as the manifest says it, empty where there is no manifest
 * @param digest of the blob, as the manifest promises; absent where the source does not say, as
 *     with compressed layers in archives of {@code docker save}
 * @param size of the blob in bytes
 * @param diffId of the uncompressed layer, as the config promises
 * @param content opens the blob
 */
public record ImageLayer(
    int ordinal,
    String mediaType,
    Optional<Digest> digest,
    long size,
    Digest diffId,
    Content content) {

  /** Opens the blob of a layer. */
  @FunctionalInterface
  public interface Content {
    BlobSource open() throws IOException;
  }

  /** Opens the blob; the caller closes it. */
  public BlobSource open() throws IOException {
    return content.open();
  }
}
