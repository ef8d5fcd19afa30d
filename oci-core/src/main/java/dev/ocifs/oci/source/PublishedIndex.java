package dev.ocifs.oci.source;

import dev.ocifs.oci.Digest;
import java.io.Closeable;
import java.io.IOException;

/**
 * The index of a layer that somebody has published beside the image. Whoever got it closes it.
 *
 * @param artifact the digest of the manifest that names it
 * @param packed its bytes, which have the digest that the manifest says
 */
public record PublishedIndex(Digest artifact, BlobSource packed) implements Closeable {
  @Override
  public void close() throws IOException {
    packed.close();
  }
}
