package dev.ocifs.layerfs.codec;

import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;

/** Reads spans of a layer that is not compressed. */
final class PlainSpanDecoder implements SpanDecoder {

  @Override
  public void decode(BlobSource blob, Checkpoint from, long inEnd, byte[] dst, int length)
      throws IOException {
    Buffers.checkSpan(dst, length);
    long pos = from.inBit() >>> 3;
    if (length > Math.min(inEnd, blob.size()) - pos) {
      throw Corrupt.at("layer ends in the middle of a span", blob.size());
    }
    blob.readFully(pos, dst, 0, length);
  }

  @Override
  public boolean reset() {
    return true;
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
