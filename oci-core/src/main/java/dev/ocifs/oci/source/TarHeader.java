package dev.ocifs.oci.source;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ocifs.oci.OcifsException;

/**
 * One header block of a tar, decoded as far as it takes to find members.
 *
 * <p>Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
 */
record TarHeader(String name, String linkName, long size, char type) {
  static final int BLOCK_BYTES = 512;

  static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the block carries the checksum of a header, counted as POSIX or as old tars did. */
  static boolean isHeader(byte[] block) {
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < BLOCK_BYTES; i++) {
      byte b = i >= 148 && i < 156 ? (byte) ' ' : block[i];
      unsigned += b & 0xff;
      signed += b;
    }
    String digits = text(block, 148, 8).trim();
    if (!digits.matches("[0-7]{1,8}")) {
      return false;
    }
    long stored = Long.parseLong(digits, 8);
    return stored == unsigned || stored == signed;
  }

  static TarHeader parse(byte[] block) throws OcifsException {
    String name = text(block, 0, 100);
    boolean posix = new String(block, 257, 6, US_ASCII).equals("ustar\0");
    String prefix = posix ? text(block, 345, 155) : "";
    return new TarHeader(
        prefix.isEmpty() ? name : prefix + "/" + name,
        text(block, 157, 100),
        size(block),
        (char) (block[156] & 0xff));
  }

  private static long size(byte[] block) throws OcifsException {
    if ((block[124] & 0x80) != 0) {
      return binarySize(block);
    }
    String digits = text(block, 124, 12).trim();
    if (!digits.matches("[0-7]{0,12}")) {
      throw invalid("the size of a member is no octal number: '" + digits + "'");
    }
    return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
  }

  /** GNU's base-256: big-endian two's complement below the marker bit. */
  private static long binarySize(byte[] block) throws OcifsException {
    long value = 0;
    for (int i = 124; i < 136; i++) {
      int b = i == 124 ? block[i] & 0x7f : block[i] & 0xff;
      if (value >>> 55 != 0) {
        throw invalid("the size of a member is negative or beyond 63 bit");
      }
      value = value << 8 | b;
    }
    return value;
  }

  private static String text(byte[] block, int from, int length) {
    int end = from;
    while (end < from + length && block[end] != 0) {
      end++;
    }
    return new String(block, from, end - from, UTF_8);
  }

  static OcifsException invalid(String problem) {
    return new OcifsException(
            OcifsException.Kind.INVALID_IMAGE, "the archive is no valid tar: " + problem)
        .rule(22);
  }
}
