package dev.ocifs.layerfs.tar;

import java.io.IOException;

/**
 * The uncompressed bytes of a layer, in order.
 *
 * <p>Owned and closed by whoever made it. Not thread-safe.
 */
public interface TarInput {

  /**
   * Reads at least one byte.
   *
   * @param len how many at most, at least 1
   * @return how many were read, or -1 at the end
   */
  int read(byte[] dst, int off, int len) throws IOException;

  /**
   * Passes over bytes.
   *
   * @param n how many, at least 0
   * @return how many were passed over: fewer than {@code n} only at the end
   */
  long skip(long n) throws IOException;

  /** How many bytes of the layer lie before the next one that is read. */
  long position();
}
