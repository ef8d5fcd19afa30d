package dev.ocifs.tests.image;

import static dev.ocifs.tests.image.ByteText.bytes;

import java.nio.charset.StandardCharsets;

/**
 * A header block of 512 bytes of which each field can be set to any bytes. The checksum is computed
 * when the block is taken, unless it was set.
 *
 * <p>Source: POSIX pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
 */
public final class TarHeader {
  public static final int BLOCK = 512;

  /** A field: where it begins and how many bytes it has. */
  public enum Field {
    NAME(0, 100),
    MODE(100, 8),
    UID(108, 8),
    GID(116, 8),
    SIZE(124, 12),
    MTIME(136, 12),
    CHECKSUM(148, 8),
    TYPE(156, 1),
    LINK(157, 100),
    MAGIC(257, 8),
    UNAME(265, 32),
    GNAME(297, 32),
    MAJOR(329, 8),
    MINOR(337, 8),
    PREFIX(345, 155);

    final int at;
    final int length;

    Field(int at, int length) {
      this.at = at;
      this.length = length;
    }
  }

  private static final String USTAR = "ustar\00000";
  private static final String GNU = "ustar  \0";

  private final byte[] block = new byte[BLOCK];
  private boolean ownChecksum;

  private TarHeader(char type, String name, String magic) {
    text(Field.NAME, name);
    text(Field.TYPE, String.valueOf(type));
    text(Field.MAGIC, magic);
    number(Field.MODE, 0644);
    number(Field.UID, 0);
    number(Field.GID, 0);
    number(Field.SIZE, 0);
    number(Field.MTIME, 0);
  }

  public static TarHeader ustar(char type, String name) {
    return new TarHeader(type, name, USTAR);
  }

  public static TarHeader gnu(char type, String name) {
    return new TarHeader(type, name, GNU);
  }

  /** Sets a field to a byte string; what does not fit is cut, what is left becomes NULs. */
  public TarHeader text(Field field, String value) {
    byte[] raw = new byte[field.length];
    byte[] given = bytes(value);
    System.arraycopy(given, 0, raw, 0, Math.min(given.length, raw.length));
    return raw(field.at, raw);
  }

  /** Sets a number: octal and a NUL where it fits, else base-256. */
  public TarHeader number(Field field, long value) {
    int digits = field.length - 1;
    boolean octal = value >= 0 && (digits * 3 >= 63 || value >>> (digits * 3) == 0);
    return octal
        ? raw(field.at, (octal(value, digits) + "\0").getBytes(StandardCharsets.US_ASCII))
        : base256(field, value);
  }

  /** Sets a number in GNU's binary form: big-endian, the first bit set. */
  public TarHeader base256(Field field, long value) {
    byte[] raw = new byte[field.length];
    long rest = value;
    for (int i = raw.length - 1; i >= 0; i--) {
      raw[i] = (byte) rest;
      rest >>= 8;
    }
    raw[0] |= (byte) 0x80;
    return raw(field.at, raw);
  }

  /** Sets any bytes of the block. */
  public TarHeader raw(int at, byte[] value) {
    System.arraycopy(value, 0, block, at, value.length);
    ownChecksum |= at <= Field.CHECKSUM.at && at + value.length > Field.CHECKSUM.at;
    return this;
  }

  byte[] toBytes() {
    byte[] out = block.clone();
    if (!ownChecksum) {
      int sum = Field.CHECKSUM.length * ' ';
      for (byte b : out) {
        sum += b & 0xff;
      }
      byte[] text = (octal(sum, 6) + "\0 ").getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(text, 0, out, Field.CHECKSUM.at, text.length);
    }
    return out;
  }

  private static String octal(long value, int digits) {
    String text = Long.toOctalString(value);
    return "0".repeat(digits - text.length()) + text;
  }
}
