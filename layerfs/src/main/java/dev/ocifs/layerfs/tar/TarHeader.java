package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.OcifsException;
import java.util.Arrays;

/**
 * One header block and the fields in it, read where they lie.
 *
 * <p>The layout is that of POSIX.1-1988 {@code ustar}, with the GNU and star variants of what
 * follows the device numbers. What a block without a magic has there (v7) is ignored.
 */
final class TarHeader {
  static final int BLOCK = 512;

  private enum Format {
    V7,
    USTAR,
    STAR,
    GNU
  }

  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_END = 156;
  private static final int MAGIC = 257;
  private static final int PREFIX = 345;
  private static final int GNU_ATIME = 345;
  private static final int GNU_CTIME = 357;

  /** The block; the reader fills it anew for each header. */
  final byte[] block = new byte[BLOCK];

  private Format format = Format.V7;

  boolean isZero() {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Verifies the checksum of a block that has just been filled, and finds its variant. */
  void open() throws OcifsException {
    long stored = TarNumbers.octal(block, CHECKSUM, CHECKSUM_END - CHECKSUM, "checksum");
    int unsigned = 0;
    int highs = 0; // bytes that old tars added as negative numbers
    for (byte b : block) {
      unsigned += b & 0xff;
      highs += (b & 0xff) >>> 7;
    }
    for (int i = CHECKSUM; i < CHECKSUM_END; i++) {
      unsigned += ' ' - (block[i] & 0xff);
      highs -= (block[i] & 0xff) >>> 7;
    }
    if (stored != unsigned && stored != unsigned - 256L * highs) {
      throw Malformed.grammar("the header's checksum is wrong");
    }
    format = detect();
  }

  private Format detect() {
    if (matches(MAGIC, "ustar\0")) {
      return matches(508, "tar\0") ? Format.STAR : Format.USTAR;
    }
    return matches(MAGIC, "ustar  \0") ? Format.GNU : Format.V7;
  }

  boolean isGnu() {
    return format == Format.GNU;
  }

  byte type() {
    return block[156];
  }

  /** The name with its prefix. */
  byte[] name() {
    byte[] name = text(0, 100);
    byte[] prefix =
        switch (format) {
          case USTAR -> text(PREFIX, 155);
          case STAR -> text(PREFIX, 131);
          case GNU -> prefixOfOldGo();
          case V7 -> TarEntry.NO_BYTES;
        };
    if (prefix.length == 0) {
      return name;
    }
    byte[] joined = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    joined[prefix.length] = '/';
    System.arraycopy(name, 0, joined, prefix.length + 1, name.length);
    return joined;
  }

  /**
   * Go before 1.8, and so the Docker of its time, wrote a prefix into headers with GNU's magic when
   * a name was long and a number large. Go's reader knows them by times that are no numbers.
   */
  private byte[] prefixOfOldGo() {
    if (isAbsentOrNumber(GNU_ATIME) && isAbsentOrNumber(GNU_CTIME)) {
      return TarEntry.NO_BYTES;
    }
    byte[] prefix = text(PREFIX, 155);
    for (byte b : prefix) {
      if (b < 0) {
        return TarEntry.NO_BYTES;
      }
    }
    return prefix;
  }

  private boolean isAbsentOrNumber(int off) {
    if (block[off] == 0) {
      return true;
    }
    try {
      TarNumbers.field(block, off, 12, "time");
      return true;
    } catch (OcifsException e) {
      return false;
    }
  }

  byte[] linkName() {
    return text(157, 100);
  }

  int mode() throws OcifsException {
    return (int) TarNumbers.field(block, 100, 8, "mode") & 07777;
  }

  long uid() throws OcifsException {
    return TarNumbers.field(block, 108, 8, "uid");
  }

  long gid() throws OcifsException {
    return TarNumbers.field(block, 116, 8, "gid");
  }

  long size() throws OcifsException {
    return TarNumbers.unsigned(TarNumbers.field(block, 124, 12, "size"), "the size field");
  }

  long mtime() throws OcifsException {
    return TarNumbers.field(block, 136, 12, "mtime");
  }

  int major() throws OcifsException {
    return device(329, "device major");
  }

  int minor() throws OcifsException {
    return device(337, "device minor");
  }

  private int device(int off, String name) throws OcifsException {
    long number = format == Format.V7 ? 0 : TarNumbers.field(block, off, 8, name);
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw Malformed.grammar("the " + name + " is out of range: " + number);
    }
    return (int) number;
  }

  /** The bytes of a field up to its first NUL. */
  private byte[] text(int off, int len) {
    int end = off;
    while (end < off + len && block[end] != 0) {
      end++;
    }
    return end == off ? TarEntry.NO_BYTES : Arrays.copyOfRange(block, off, end);
  }

  private boolean matches(int off, String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      if (block[off + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
