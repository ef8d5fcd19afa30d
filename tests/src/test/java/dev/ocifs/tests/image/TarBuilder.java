package dev.ocifs.tests.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes tar archives byte by byte, well-formed or not. A method for each kind of entry; what the
 * next entry should have beyond the ordinary is said before it.
 */
public final class TarBuilder {
  private static final int BLOCK = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream pax = new ByteArrayOutputStream();
  private int mode = -1;
  private long uid;
  private long gid;
  private long mtime = 1_600_000_000L;
  private boolean ended;

  public TarBuilder mode(int value) {
    mode = value;
    return this;
  }

  public TarBuilder owner(long newUid, long newGid) {
    uid = newUid;
    gid = newGid;
    return this;
  }

  public TarBuilder mtime(long seconds) {
    mtime = seconds;
    return this;
  }

  /** A PAX record for the next entry. */
  public TarBuilder pax(String key, byte[] value) {
    byte[] record = (" " + key + "=").getBytes(StandardCharsets.UTF_8);
    int length = record.length + value.length + 1;
    int digits = Integer.toString(length).length();
    if (Integer.toString(length + digits).length() > digits) {
      digits++;
    }
    pax.writeBytes(Integer.toString(length + digits).getBytes(StandardCharsets.US_ASCII));
    pax.writeBytes(record);
    pax.writeBytes(value);
    pax.write('\n');
    return this;
  }

  public TarBuilder pax(String key, String value) {
    return pax(key, value.getBytes(StandardCharsets.UTF_8));
  }

  public TarBuilder xattr(String name, byte[] value) {
    return pax("SCHILY.xattr." + name, value);
  }

  public TarBuilder dir(String path) {
    return entry('5', bytes(path), "", new byte[0], 0755, 0, 0);
  }

  public TarBuilder file(String path, String content) {
    return file(bytes(path), content.getBytes(StandardCharsets.UTF_8));
  }

  public TarBuilder file(byte[] path, byte[] content) {
    return entry('0', path, "", content, 0644, 0, 0);
  }

  public TarBuilder symlink(String path, String target) {
    return entry('2', bytes(path), target, new byte[0], 0777, 0, 0);
  }

  public TarBuilder hardLink(String path, String target) {
    return entry('1', bytes(path), target, new byte[0], 0644, 0, 0);
  }

  public TarBuilder fifo(String path) {
    return entry('6', bytes(path), "", new byte[0], 0644, 0, 0);
  }

  public TarBuilder device(String path, boolean block, int major, int minor) {
    return entry(block ? '4' : '3', bytes(path), "", new byte[0], 0600, major, minor);
  }

  /** An entry of any type; a path that is too long for the header goes into a PAX record. */
  public TarBuilder entry(
      char type,
      byte[] path,
      String target,
      byte[] content,
      int defaultMode,
      int major,
      int minor) {
    if (path.length > 100) {
      pax("path", path);
    }
    if (target.length() > 100) {
      pax("linkpath", target);
    }
    if (pax.size() > 0) {
      byte[] records = pax.toByteArray();
      pax.reset();
      header('x', bytes("PaxHeader"), "", records.length, 0644, 0, 0);
      content(records);
    }
    header(type, path, target, content.length, mode >= 0 ? mode : defaultMode, major, minor);
    content(content);
    mode = -1;
    uid = 0;
    gid = 0;
    mtime = 1_600_000_000L;
    return this;
  }

  private void header(
      char type, byte[] path, String target, long size, int entryMode, int major, int minor) {
    byte[] block = new byte[BLOCK];
    System.arraycopy(path, 0, block, 0, Math.min(100, path.length));
    octal(block, 100, 8, entryMode);
    number(block, 108, 8, uid);
    number(block, 116, 8, gid);
    number(block, 124, 12, size);
    number(block, 136, 12, mtime);
    block[156] = (byte) type;
    byte[] link = bytes(target);
    System.arraycopy(link, 0, block, 157, Math.min(100, link.length));
    System.arraycopy(bytes("ustar\00000"), 0, block, 257, 8);
    octal(block, 329, 8, major);
    octal(block, 337, 8, minor);
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    octal(block, 148, 7, sum);
    out.writeBytes(block);
  }

  private void content(byte[] content) {
    out.writeBytes(content);
    out.writeBytes(new byte[-content.length & (BLOCK - 1)]);
  }

  /** Bytes as they are, at this place. */
  public TarBuilder raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** Leaves out the two zero blocks at the end. */
  public TarBuilder withoutEnd() {
    ended = true;
    return this;
  }

  public byte[] build() {
    if (!ended) {
      out.writeBytes(new byte[2 * BLOCK]);
      ended = true;
    }
    return out.toByteArray();
  }

  /** Octal where it fits, base-256 otherwise. */
  private static void number(byte[] block, int at, int length, long value) {
    if (value >= 0 && value < 1L << 3 * (length - 1)) {
      octal(block, at, length, value);
      return;
    }
    for (int i = 0; i < length; i++) {
      int shift = 8 * (length - 1 - i);
      block[at + i] = (byte) (shift > 63 ? value >> 63 : value >> shift);
    }
    block[at] |= (byte) 0x80;
  }

  private static void octal(byte[] block, int at, int length, long value) {
    String digits = String.format("%0" + (length - 1) + "o", value);
    System.arraycopy(bytes(digits), 0, block, at, length - 1);
    block[at + length - 1] = 0;
  }

  /** One byte a character, so that any name can be written. */
  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
