package dev.ocifs.layerfs.codec;

import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;

/** Decodes spans of a zstd layer, each from the beginning of a frame. */
final class ZstdSpanDecoder implements SpanDecoder {

  private final SpanInput span = new SpanInput();
  private final ZstdFrames frames = new ZstdFrames(span);

  @Override
  public void decode(BlobSource blob, Checkpoint from, long inEnd, byte[] dst, int length)
      throws IOException {
    Buffers.checkSpan(dst, length);
    long pos = from.inBit() >>> 3;
    try {
      span.open(blob, pos, inEnd);
      frames.reset(span, pos);
      int o = 0;
      while (o < length) {
        o = frames.decode(dst, o, length);
        if (o < 0) {
          throw Corrupt.at("zstd: ends in the middle of a span", frames.inPos());
        }
      }
    } finally {
      span.forget();
    }
  }

  @Override
  public boolean reset() {
    span.forget();
    frames.reset(span, 0);
    return !frames.hasLargeWindow();
  }

  @Override
  public void close() {
    frames.close();
  }
}
