package dev.ocifs.layerfs.codec;

import java.util.Objects;

/** Holds callers to what {@link LayerDecoder} and {@link SpanDecoder} ask of their buffers. */
final class Buffers {

  private Buffers() {}

  static void check(byte[] buffer, int from, int limit, long outPos) {
    Objects.checkFromToIndex(from, limit, buffer.length - LayerDecoder.SLACK_BYTES);
    if (from == limit || from < Math.min(outPos, LayerDecoder.HISTORY_BYTES)) {
      throw new IllegalArgumentException("no room, or no history before " + from);
    }
  }

  static void checkSpan(byte[] dst, int length) {
    Objects.checkFromIndexSize(0, length, dst.length - LayerDecoder.SLACK_BYTES);
  }
}
