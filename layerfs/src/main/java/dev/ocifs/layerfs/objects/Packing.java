package dev.ocifs.layerfs.objects;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;

/**
 * Decides how a span is stored, and stores it so. A sample tells the kind of data: what hardly
 * yields (media, archives, random bytes) is left raw without a further try, what yields much (text,
 * tables) is worth a higher level, everything else gets the fastest. Compressed it is stored only
 * when that saves a fifth: reading raw is quicker.
 */
final class Packing {
  /** Stored as it is. */
  static final int RAW = 0;

  /** Stored as one zstd frame. */
  static final int ZSTD = 1;

  private static final int FAST_LEVEL = 1;
  private static final int TEXT_LEVEL = 3;

  /** Pieces spread over the span, since a span holds many files: 64 KiB altogether. */
  private static final int PIECES = 4;

  private static final int PIECE_BYTES = 16 << 10;

  private Packing() {}

  /** Bytes as they are stored: {@code bytes[0, length)}. */
  static final class Packed {
    private final int method;
    private final byte[] bytes;
    private final int length;

    private Packed(int method, byte[] bytes, int length) {
      this.method = method;
      this.bytes = bytes;
      this.length = length;
    }

    int method() {
      return method;
    }

    byte[] bytes() {
      return bytes;
    }

    int length() {
      return length;
    }
  }

  static Packed pack(byte[] content, int length) {
    int level = level(content, length);
    if (level > 0) {
      byte[] packed = new byte[length - length / 5];
      long n = compress(packed, content, 0, length, level);
      if (n > 0) {
        return new Packed(ZSTD, packed, (int) n);
      }
    }
    return new Packed(RAW, content, length);
  }

  /**
   * Fills {@code dst[0, length)}.
   *
   * @return false when the frame is damaged or has another length
   */
  static boolean unpack(byte[] stored, byte[] dst, int length) {
    try {
      return Zstd.decompressByteArray(dst, 0, length, stored, 0, stored.length) == length;
    } catch (ZstdException e) {
      return false;
    }
  }

  /** The level that the kind of data deserves; 0 for none. */
  static int level(byte[] content, int length) {
    byte[] scratch = new byte[(int) Zstd.compressBound(PIECE_BYTES)];
    long sampled = 0;
    long packed = 0;
    for (int i = 0; i < PIECES; i++) {
      int from = (int) ((long) length * i / PIECES);
      int n = Math.min(PIECE_BYTES, (int) ((long) length * (i + 1) / PIECES) - from);
      sampled += n;
      packed += Math.max(0, compress(scratch, content, from, n, FAST_LEVEL));
    }
    if (packed * 10 > sampled * 9) {
      return 0;
    }
    return packed * 10 < sampled * 4 ? TEXT_LEVEL : FAST_LEVEL;
  }

  /** The bytes that it takes, or -1 when that is more than there is room for. */
  private static long compress(byte[] dst, byte[] src, int from, int length, int level) {
    try {
      return Zstd.compressByteArray(dst, 0, dst.length, src, from, length, level);
    } catch (ZstdException e) {
      return -1;
    }
  }
}
