package dev.ocifs.cli;

import dev.ocifs.layerfs.view.Attributes;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * What {@code ls -l} says of one file before its name. Times are UTC: an image looks the same
 * wherever it is listed.
 *
 * @param mode ten characters, as {@code -rwsr-xr-x}
 * @param size in bytes; of devices {@code MAJOR, MINOR}
 */
record LongLine(String mode, String links, String uid, String gid, String size, String time) {
  /** Beyond these, years have more than four digits or none that a clock shows. */
  private static final long MIN_SECONDS = -62_167_219_200L; // 0000-01-01

  private static final long MAX_SECONDS = 253_402_300_799L; // 9999-12-31

  static LongLine of(Attributes file) {
    boolean device = file.type() == Attributes.S_IFCHR || file.type() == Attributes.S_IFBLK;
    return new LongLine(
        mode(file.mode),
        Integer.toUnsignedString(file.nlink),
        Integer.toUnsignedString(file.uid),
        Integer.toUnsignedString(file.gid),
        device
            ? Integer.toUnsignedString(file.major) + ", " + Integer.toUnsignedString(file.minor)
            : Long.toString(file.size),
        time(file.mtimeSeconds));
  }

  boolean isSymlink() {
    return mode.charAt(0) == 'l';
  }

  /** The columns, each right-aligned, and a space after the last. */
  String align(Widths widths) {
    StringBuilder line = new StringBuilder(64).append(mode);
    column(line, links, widths.links);
    column(line, uid, widths.uid);
    column(line, gid, widths.gid);
    column(line, size, widths.size);
    column(line, time, widths.time);
    return line.append(' ').toString();
  }

  private static void column(StringBuilder line, String text, int width) {
    line.append(' ').repeat(' ', width - text.length()).append(text);
  }

  /** As {@code ls} writes a mode. */
  static String mode(int mode) {
    char[] text = new char[10];
    text[0] = type(mode & Attributes.S_IFMT);
    for (int i = 0; i < 9; i++) {
      text[1 + i] = (mode & (0400 >> i)) == 0 ? '-' : "rwx".charAt(i % 3);
    }
    special(text, 3, (mode & 04000) != 0, 's');
    special(text, 6, (mode & 02000) != 0, 's');
    special(text, 9, (mode & 01000) != 0, 't');
    return new String(text);
  }

  private static void special(char[] text, int at, boolean set, char letter) {
    if (set) {
      text[at] = text[at] == 'x' ? letter : Character.toUpperCase(letter);
    }
  }

  private static char type(int type) {
    return switch (type) {
      case Attributes.S_IFREG -> '-';
      case Attributes.S_IFDIR -> 'd';
      case Attributes.S_IFLNK -> 'l';
      case Attributes.S_IFCHR -> 'c';
      case Attributes.S_IFBLK -> 'b';
      case Attributes.S_IFIFO -> 'p';
      default -> '?';
    };
  }

  private static String time(long seconds) {
    if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
      return "@" + seconds;
    }
    LocalDateTime time = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
    StringBuilder text = new StringBuilder(16);
    digits(text, time.getYear(), 4).append('-');
    digits(text, time.getMonthValue(), 2).append('-');
    digits(text, time.getDayOfMonth(), 2).append(' ');
    digits(text, time.getHour(), 2).append(':');
    digits(text, time.getMinute(), 2);
    return text.toString();
  }

  private static StringBuilder digits(StringBuilder text, int number, int width) {
    String digits = Integer.toString(number);
    return text.repeat('0', width - digits.length()).append(digits);
  }

  /** The widest text of each column. */
  static final class Widths {
    private int links;
    private int uid;
    private int gid;
    private int size;
    private int time;

    void fit(LongLine line) {
      links = Math.max(links, line.links.length());
      uid = Math.max(uid, line.uid.length());
      gid = Math.max(gid, line.gid.length());
      size = Math.max(size, line.size.length());
      time = Math.max(time, line.time.length());
    }
  }
}
