package dev.ocifs.oci.source;

import java.io.IOException;

/**
 * Gets bytes of one blob that lies elsewhere. Nothing here verifies content. Thread-safe: any
 * number of fetches may be under way at once.
 */
public interface RangeFetcher {

  /** The length of the blob in bytes. */
  long size();

  /**
   * Gets {@code len} bytes from {@code pos} with one request, and hands them to the sink in order
   * as they arrive. A request that breaks off is taken up again where it stopped, a bounded number
   * of times.
   *
   * @throws IOException when it did not come to its end; the sink may have got a part. An {@link
   *     dev.ocifs.oci.OcifsException} tells whether another try may help
   */
  void fetch(long pos, long len, Sink sink) throws IOException;

  /** Where the bytes come from, for messages. */
  @Override
  String toString();

  /** Takes what arrives. Called by one thread for one fetch. */
  @FunctionalInterface
  interface Sink {
    /**
     * Takes {@code bytes[off, off + len)}, which stand at {@code pos} of the blob; the array is
     * used anew after the call. An exception ends the fetch.
     */
    void accept(long pos, byte[] bytes, int off, int len) throws IOException;
  }
}
