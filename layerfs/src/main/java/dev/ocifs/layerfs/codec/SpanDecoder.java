package dev.ocifs.layerfs.codec;

import dev.ocifs.oci.source.BlobSource;
import java.io.Closeable;
import java.io.IOException;

/**
 * Decodes single spans of a layer, each from a checkpoint up to the next. Reusable: making one
 * costs more than decoding a small span. Not thread-safe; holds no reference to blob or destination
 * between calls.
 */
public interface SpanDecoder extends Closeable {

  /**
   * Decodes the {@code length} bytes from {@code from.outPos()} into {@code dst[0, length)}.
   *
   * @param inEnd position in the blob, in bytes, up to which the compressed data of the span can
   *     reach: that of the next checkpoint, rounded up, or the size of the blob. It bounds how much
   *     is read
   * @param dst at least {@code length + LayerDecoder.SLACK_BYTES} long
   * @throws dev.ocifs.oci.OcifsException {@code INVALID_IMAGE} when the data does not decode to
   *     that many bytes
   */
  void decode(BlobSource blob, Checkpoint from, long inEnd, byte[] dst, int length)
      throws IOException;

  /**
   * Forgets the span before, whether or not it was decoded: the next call gives what a new decoder
   * gives. Calls to {@link #decode} need none between them; it is for decoders that are put away.
   * Allocates nothing.
   *
   * @return false where the decoder has grown so large that it is better closed
   */
  boolean reset();

  @Override
  void close();
}
