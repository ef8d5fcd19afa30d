package dev.ocifs.oci;

/** How a blob is compressed. The ordinal is part of the index format. */
public enum Compression {
  /** Not at all: the blob is the layer. */
  NONE,
  /** gzip of one member or many (RFC 1952). */
  GZIP,
  /** Zstandard of one frame or many, skippable ones among them (RFC 8878). */
  ZSTD,
  /** xz, also several streams after each other; found in archives only. */
  XZ,
  /** bzip2, also several streams after each other; found in archives only. */
  BZIP2;

  /** First bytes that are enough to tell one compression from another. */
  public static final int SNIFF_BYTES = 6;

  /**
   * Tells the compression from the first bytes of a blob.
   *
   * @param head the first bytes of the blob, {@link #SNIFF_BYTES} of them where the blob has so
   *     many
   * @param len how many bytes of {@code head} count
   * @return {@link #NONE} for whatever does not begin as one of the others
   */
  public static Compression sniff(byte[] head, int len) {
    if (begins(head, len, 0x1f, 0x8b)) {
      return GZIP;
    }
    if (begins(head, len, 0x28, 0xb5, 0x2f, 0xfd)) {
      return ZSTD;
    }
    // A skippable frame, magic 0x184D2A50 to 0x184D2A5F: zstd:chunked and seekable files have them.
    if (len >= 4
        && (head[0] & 0xf0) == 0x50
        && begins(head, len, head[0] & 0xff, 0x2a, 0x4d, 0x18)) {
      return ZSTD;
    }
    if (begins(head, len, 0xfd, '7', 'z', 'X', 'Z', 0x00)) {
      return XZ;
    }
    if (begins(head, len, 'B', 'Z', 'h') && len >= 4 && head[3] >= '1' && head[3] <= '9') {
      return BZIP2;
    }
    return NONE;
  }

  private static boolean begins(byte[] head, int len, int... magic) {
    if (len < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((head[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
