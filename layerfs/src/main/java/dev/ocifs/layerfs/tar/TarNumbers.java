package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.OcifsException;

/**
 * The numbers of tar headers: octal digits or, with the top bit of the first byte set, a signed
 * big-endian number in base 256; and the decimal numbers of PAX records.
 */
final class TarNumbers {

  private TarNumbers() {}

  /**
   * Reads a numeric field of a header. Octal digits may have spaces and NULs around them, and what
   * follows a NUL after the digits does not count; an empty field is 0.
   *
   * @param name the field's name for errors
   */
  static long field(byte[] block, int off, int len, String name) throws OcifsException {
    return (block[off] & 0x80) != 0 ? base256(block, off, len, name) : octal(block, off, len, name);
  }

  static long octal(byte[] block, int off, int len, String name) throws OcifsException {
    int i = off;
    int end = off + len;
    while (i < end && isPadding(block[i])) {
      i++;
    }
    long value = 0;
    for (; i < end && !isPadding(block[i]); i++) {
      int digit = block[i] - '0';
      if (digit < 0 || digit > 7) {
        throw Malformed.grammar("the " + name + " field is not an octal number");
      }
      value = value << 3 | digit; // a field has 12 bytes at most: 36 bits
    }
    while (i < end && block[i] == ' ') {
      i++;
    }
    if (i < end && block[i] != 0) {
      throw Malformed.grammar("the " + name + " field is not an octal number");
    }
    return value;
  }

  private static boolean isPadding(byte b) {
    return b == ' ' || b == 0;
  }

  private static long base256(byte[] block, int off, int len, String name) throws OcifsException {
    boolean negative = (block[off] & 0x40) != 0;
    int flip = negative ? 0xff : 0;
    long value = ((block[off] & 0xff) ^ flip) & 0x7f;
    for (int i = off + 1; i < off + len; i++) {
      if (value >>> 55 != 0) {
        throw Malformed.grammar("the " + name + " field exceeds 64 bits");
      }
      value = value << 8 | ((block[i] & 0xff) ^ flip);
    }
    return negative ? ~value : value;
  }

  /** Reads a decimal number of a PAX record: an optional sign and digits, nothing else. */
  static long decimal(byte[] text, int off, int end, String name) throws OcifsException {
    boolean negative = off < end && text[off] == '-';
    int i = negative || (off < end && text[off] == '+') ? off + 1 : off;
    if (i == end) {
      throw Malformed.grammar("PAX " + name + " is not a number");
    }
    long value = 0; // of the negative side, which is the larger one
    for (; i < end; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9) {
        throw Malformed.grammar("PAX " + name + " is not a number");
      }
      if (value < (Long.MIN_VALUE + digit) / 10) {
        throw Malformed.grammar("PAX " + name + " exceeds 64 bits");
      }
      value = value * 10 - digit;
    }
    if (!negative && value == Long.MIN_VALUE) {
      throw Malformed.grammar("PAX " + name + " exceeds 64 bits");
    }
    return negative ? value : -value;
  }

  static long decimal(byte[] text, String name) throws OcifsException {
    return decimal(text, 0, text.length, name);
  }

  /** Returns the number, which must not be negative. */
  static long unsigned(long value, String name) throws OcifsException {
    if (value < 0) {
      throw Malformed.grammar(name + " is negative: " + value);
    }
    return value;
  }
}
