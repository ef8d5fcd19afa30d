package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.OcifsException;
import java.util.Arrays;

/**
 * The fields of a header block: texts, numbers and the checksum.
 *
 * <p>Source: POSIX pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
 */
final class TarFields {
  static final int BLOCK = 512;

  private static final int CHECKSUM_AT = 148;
  private static final int CHECKSUM_BYTES = 8;

  private TarFields() {}

  /** The bytes of a field up to its first NUL. */
  static byte[] text(byte[] block, int at, int length) {
    int end = at;
    while (end < at + length && block[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(block, at, end);
  }

  /** The bytes up to the first NUL, all when there is none. */
  static byte[] untilNul(byte[] bytes) {
    return text(bytes, 0, bytes.length);
  }

  /**
   * A number: octal digits among spaces and NULs, or base-256 where the first bit says so, then
   * with a sign.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when it is neither, or beyond 63 bits
   */
  static long number(byte[] block, int at, int length, String field) throws OcifsException {
    if ((block[at] & 0x80) != 0) {
      return base256(block, at, length, field);
    }
    int from = at;
    int to = at + length;
    while (from < to && (block[from] == ' ' || block[from] == 0)) {
      from++;
    }
    while (from < to && (block[to - 1] == ' ' || block[to - 1] == 0)) {
      to--;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = block[i] - '0';
      // Bytes behind a NUL do not count: old archivers left some there.
      if (block[i] == 0) {
        break;
      }
      if (digit < 0 || digit > 7 || value >>> 60 != 0) {
        throw malformed(field + " is not an octal number");
      }
      value = value << 3 | digit;
    }
    return value;
  }

  private static long base256(byte[] block, int at, int length, String field)
      throws OcifsException {
    // The first bit marks the form, the second is the sign.
    boolean negative = (block[at] & 0x40) != 0;
    long value = negative ? -1 : 0;
    for (int i = 0; i < length; i++) {
      int b = block[at + i] & 0xff;
      if (i == 0) {
        b = negative ? b | 0xffffff80 : b & 0x7f;
        value = b;
        continue;
      }
      if (value >> 55 != (negative ? -1 : 0)) {
        throw malformed(field + " is beyond 64 bits");
      }
      value = value << 8 | b;
    }
    return value;
  }

  /** Compares the checksum with the sum of the bytes; some old archivers summed them as signed. */
  static void checkSum(byte[] block) throws OcifsException {
    long stored = number(block, CHECKSUM_AT, CHECKSUM_BYTES, "the header's checksum");
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      boolean own = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_BYTES;
      unsigned += own ? ' ' : block[i] & 0xff;
      signed += own ? ' ' : block[i];
    }
    if (stored != unsigned && stored != signed) {
      throw malformed("a header does not match its checksum");
    }
  }

  static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  static OcifsException malformed(String what) {
    return new OcifsException(OcifsException.Kind.INVALID_IMAGE, what).rule(22);
  }
}
