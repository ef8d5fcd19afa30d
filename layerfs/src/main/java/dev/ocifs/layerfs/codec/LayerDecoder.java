package dev.ocifs.layerfs.codec;

import java.io.Closeable;
import java.io.IOException;

/**
 * Decodes a layer blob once, from its first byte to its last, and reports checkpoints on the way.
 *
 * <p>The output goes to buffers of the caller's, who may pass each on to another thread: the
 * decoder keeps no reference to one, and finds the history that back-references need in the buffer
 * itself. Not thread-safe.
 */
public interface LayerDecoder extends Closeable {

  /**
   * Bytes of preceding output that must stand before {@code from} in each buffer (fewer at the
   * start of the layer).
   */
  int HISTORY_BYTES = 32 * 1024;

  /** Room beyond {@code limit} that each buffer must have: decoders may scribble there. */
  int SLACK_BYTES = 64;

  /**
   * Decodes the next bytes of the layer into {@code buffer[from, limit)}, as many as fit.
   *
   * <p>{@code buffer[from - HISTORY_BYTES, from)} must hold the last bytes of output before
   * (whatever, where there has been less). Bytes from the returned end up to {@code limit +
   * SLACK_BYTES} may be overwritten with garbage.
   *
   * @return the end of the decoded bytes, greater than {@code from}; or -1 when the layer is
   *     complete, checks included
   * @throws dev.ocifs.oci.OcifsException {@code INVALID_IMAGE} when the compressed data is corrupt,
   *     truncated or fails its own checks
   */
  int decode(byte[] buffer, int from, int limit) throws IOException;

  @Override
  void close();

  /** The compressed bytes, in order. */
  @FunctionalInterface
  interface Input {
    /** Reads up to {@code len} bytes, at least one; -1 at the end of the blob. */
    int read(byte[] dst, int off, int len) throws IOException;
  }
}
