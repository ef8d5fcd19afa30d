package dev.ocifs.layerfs.codec;

import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;

/**
 * Decodes spans of a gzip layer.
 *
 * <p>The beginning of a span refers to bytes before it, which have no room in the destination: so
 * the first 32 KiB are decoded into a buffer of our own, behind the window, and copied; the rest
 * goes straight to the destination. CRCs are not checked: they cover whole members, and the first
 * pass has checked them.
 */
final class GzipSpanDecoder implements SpanDecoder {

  private static final int WINDOW_BYTES = LayerDecoder.HISTORY_BYTES;

  /** More than the longest header of a block has. */
  private static final int HEADER_BYTES = 1024;

  private final SpanInput span = new SpanInput();
  private final BitInput in = new BitInput(span);
  private final Inflate inflate = new Inflate(in);
  private final byte[] first = new byte[2 * WINDOW_BYTES + LayerDecoder.SLACK_BYTES];

  @Override
  public void decode(BlobSource blob, Checkpoint from, long inEnd, byte[] dst, int length)
      throws IOException {
    Buffers.checkSpan(dst, length);
    try {
      begin(blob, from, inEnd);
      byte[] window = from.window();
      System.arraycopy(window, 0, first, WINDOW_BYTES - window.length, window.length);
      int n = Math.min(length, WINDOW_BYTES);
      decode(first, WINDOW_BYTES, WINDOW_BYTES + n);
      System.arraycopy(first, WINDOW_BYTES, dst, 0, n);
      decode(dst, n, length);
    } finally {
      span.forget();
    }
  }

  private void begin(BlobSource blob, Checkpoint from, long inEnd) throws IOException {
    if (from.kind() == Checkpoint.Kind.START) {
      open(blob, from.headerBit(), inEnd);
      GzipHeader.read(in);
      inflate.begin();
    } else {
      open(blob, from.headerBit(), (from.headerBit() >>> 3) + HEADER_BYTES);
      inflate.resume(from);
      open(blob, from.inBit(), inEnd);
    }
  }

  private void open(BlobSource blob, long bit, long inEnd) throws IOException {
    span.open(blob, bit >>> 3, inEnd);
    in.reset(span, bit >>> 3);
    in.take((int) (bit & 7));
  }

  private void decode(byte[] out, int from, int limit) throws IOException {
    int o = from;
    while (o < limit) {
      if (inflate.atEnd()) {
        in.take(32);
        in.take(32);
        in.align();
        GzipHeader.read(in);
        inflate.begin();
      }
      o = inflate.decode(out, o, limit, limit);
    }
  }

  /**
   * The bytes of the last span stay in the buffers, out of reach: behind the end of the input and
   * before the beginning of the history, which the inflater does not pass. Codes are read anew with
   * each block.
   */
  @Override
  public boolean reset() {
    span.forget();
    in.reset(span, 0);
    inflate.reset();
    return true;
  }

  @Override
  public void close() {
    // Nothing is held but memory.
  }
}
