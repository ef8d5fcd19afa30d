package dev.ocifs.layerfs.codec;

import static dev.ocifs.layerfs.codec.BitInput.WORD;

/** Copies matches in words of eight bytes, which matters most for the speed of decoding. */
final class MatchCopy {

  /** Repeats the first 1 to 7 bytes of a word over the word. */
  private static final long[] SPREAD = {
    0,
    0x0101010101010101L,
    0x0001000100010001L,
    0x0001000001000001L,
    0x0000000100000001L,
    0x0000010000000001L,
    0x0001000000000001L,
    0x0100000000000001L
  };

  private MatchCopy() {}

  /**
   * Copies a match; up to 31 bytes behind it may be overwritten. The first 32 bytes are copied
   * whatever the length: a mispredicted branch costs more.
   */
  static void copy(byte[] b, int to, int distance, int length) {
    int from = to - distance;
    if (distance >= Long.BYTES) {
      WORD.set(b, to, (long) WORD.get(b, from));
      WORD.set(b, to + 8, (long) WORD.get(b, from + 8));
      WORD.set(b, to + 16, (long) WORD.get(b, from + 16));
      WORD.set(b, to + 24, (long) WORD.get(b, from + 24));
      if (length <= 32) {
        return;
      }
      WORD.set(b, to + 32, (long) WORD.get(b, from + 32));
      WORD.set(b, to + 40, (long) WORD.get(b, from + 40));
      WORD.set(b, to + 48, (long) WORD.get(b, from + 48));
      WORD.set(b, to + 56, (long) WORD.get(b, from + 56));
      if (length > 64) {
        copyLong(b, from, to, length);
      }
    } else {
      copyNear(b, to, distance, length);
    }
  }

  private static void copyLong(byte[] b, int from, int to, int length) {
    if (to - from >= length) {
      System.arraycopy(b, from + 64, b, to + 64, length - 64);
    } else {
      for (int i = 64; i < length; i += 8) {
        WORD.set(b, to + i, (long) WORD.get(b, from + i));
      }
    }
  }

  /** A distance below eight: the word that repeats it goes to each whole multiple of it. */
  private static void copyNear(byte[] b, int to, int distance, int length) {
    long pattern =
        ((long) WORD.get(b, to - distance) & ~(-1L << (distance << 3))) * SPREAD[distance];
    int step = Long.BYTES - Long.BYTES % distance;
    int end = to + length;
    for (int o = to; o < end; o += step) {
      WORD.set(b, o, pattern);
    }
  }
}
