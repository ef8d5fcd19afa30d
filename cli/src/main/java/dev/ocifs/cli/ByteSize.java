package dev.ocifs.cli;

import dev.ocifs.oci.OcifsException;
import java.util.Locale;

/** Sizes in bytes as people read and write them. */
final class ByteSize {
  private static final String PREFIXES = "kMGTPE";

  private ByteSize() {}

  /**
   * Formats in powers of 1000, as disks and downloads are measured: {@code 0 B}, {@code 999 B},
   * {@code 1.2 kB}, {@code 525 MB}. Three significant digits at most.
   */
  static String format(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double value = bytes;
    int prefix = -1;
    // 999.5 would print as 1000
    while (value >= 999.5 && prefix < PREFIXES.length() - 1) {
      value /= 1000;
      prefix++;
    }
    String number = value < 9.95 ? oneDecimal(value) : Long.toString(Math.round(value));
    return number + " " + PREFIXES.charAt(prefix) + "B";
  }

  /**
   * Parses a whole number, with {@code k}, {@code M}, {@code G} or {@code T} for powers of 1024.
   *
   * @throws OcifsException {@code USAGE} when it is none, less than 1 or more than {@code max}
   */
  static long parse(String option, String text, long max) throws OcifsException {
    String digits = text;
    long unit = 1;
    if (!text.isEmpty()) {
      int prefix =
          "kmgt".indexOf(text.substring(text.length() - 1).toLowerCase(Locale.ROOT).charAt(0));
      if (prefix >= 0) {
        unit = 1L << (10 * (prefix + 1));
        digits = text.substring(0, text.length() - 1);
      }
    }
    try {
      long value = Math.multiplyExact(Long.parseLong(digits), unit);
      if (value >= 1 && value <= max) {
        return value;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // falls through to the one message
    }
    throw new OcifsException(
            OcifsException.Kind.USAGE, option + " " + text + " is not a number from 1 to " + max)
        .hint("write it as 1000, 64k, 512M or 8G");
  }

  private static String oneDecimal(double value) {
    long tenths = Math.round(value * 10);
    return tenths / 10 + "." + tenths % 10;
  }
}
