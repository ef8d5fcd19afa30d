package dev.ocifs.layerfs.read;

import dev.ocifs.layerfs.index.LayerIndex;
import java.io.IOException;

/**
 * Reads a layer through: what it has decoded last it keeps, so that files that lie one after the
 * other cost each span once. Takes from the chunk cache and puts nothing there, and is no use in
 * the sense of profiles. Not thread-safe; belongs to its reader.
 */
public final class LayerScan {
  private final LayerReader reader;
  private final LayerIndex index;
  private int span = -1;
  private byte[] bytes = new byte[0];

  /** Receives bytes in their order. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes {@code bytes[from, from + length)}, which nobody changes.
     *
     * @param pos of the first in the uncompressed layer
     */
    void accept(byte[] bytes, int from, int length, long pos) throws IOException;
  }

  public LayerScan(LayerReader reader) {
    this.reader = reader;
    this.index = reader.index();
  }

  /**
   * Passes on {@code len} bytes from {@code pos} of the uncompressed layer, which has them.
   *
   * @throws dev.ocifs.oci.OcifsException when the blob or the index is no longer what it was
   */
  public void read(long pos, long len, Sink sink) throws IOException {
    long done = 0;
    while (done < len) {
      int at = index.spanAt(pos + done);
      if (at != span) {
        bytes = reader.decoded(at);
        span = at;
      }
      long start = index.spanStart(at);
      int from = (int) (pos + done - start);
      int n = (int) Math.min(len - done, index.spanStart(at + 1) - start - from);
      sink.accept(bytes, from, n, pos + done);
      done += n;
    }
  }

  /** Lets go of what it keeps. */
  public void forget() {
    span = -1;
    bytes = new byte[0];
  }
}
