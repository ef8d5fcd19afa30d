package dev.ocifs.layerfs.index;

import java.util.Arrays;

/**
 * Packs layer entries into bytes: paths front-coded against the path before, numbers as varints,
 * times and positions as differences. Not thread-safe. FORMAT.md has the grammar.
 */
final class EntryEncoder {
  static final int HAS_XATTRS = 0x08;
  static final int IS_SPARSE = 0x10;

  private byte[] bytes = new byte[64 * 1024];
  private int length;
  private byte[] lastPath = {};
  private long lastSeconds;
  private long lastPos;

  /** Bytes packed since the last {@link #reset}. */
  int length() {
    return length;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Begins anew: what follows can be unpacked without what came before. */
  void reset() {
    length = 0;
    lastPath = new byte[0];
    lastSeconds = 0;
    lastPos = 0;
  }

  void add(LayerEntry entry) {
    int head = entry.type.ordinal();
    if (entry.xattrs.length > 0) {
      head |= HAS_XATTRS;
    }
    if (entry.sparse) {
      head |= IS_SPARSE;
    }
    put(head);
    int shared = Arrays.mismatch(lastPath, entry.path);
    if (shared < 0) {
      shared = entry.path.length;
    }
    putVarint(shared);
    putVarint(entry.path.length - shared);
    put(entry.path, shared, entry.path.length - shared);
    lastPath = entry.path;
    putVarint(entry.mode);
    putVarint(Integer.toUnsignedLong(entry.uid));
    putVarint(Integer.toUnsignedLong(entry.gid));
    putSigned(entry.mtimeSeconds - lastSeconds);
    lastSeconds = entry.mtimeSeconds;
    putVarint(entry.mtimeNanos);
    switch (entry.type) {
      case REGULAR -> addContent(entry);
      case SYMLINK, HARD_LINK -> putBytes(entry.target);
      case CHARACTER_DEVICE, BLOCK_DEVICE -> {
        putVarint(Integer.toUnsignedLong(entry.major));
        putVarint(Integer.toUnsignedLong(entry.minor));
      }
      default -> {}
    }
    if (entry.xattrs.length > 0) {
      putVarint(entry.xattrs.length / 2);
      for (byte[] part : entry.xattrs) {
        putBytes(part);
      }
    }
  }

  private void addContent(LayerEntry entry) {
    putVarint(entry.size);
    putSigned(entry.dataPos - lastPos);
    lastPos = entry.dataPos;
    if (entry.sparse) {
      putVarint(entry.runs.length / 2);
      long end = 0;
      for (int i = 0; i < entry.runs.length; i += 2) {
        putVarint(entry.runs[i] - end);
        putVarint(entry.runs[i + 1]);
        end = entry.runs[i] + entry.runs[i + 1];
      }
    }
  }

  private void putBytes(byte[] value) {
    putVarint(value.length);
    put(value, 0, value.length);
  }

  /** Small numbers of either sign in few bytes. */
  private void putSigned(long value) {
    putVarint(value << 1 ^ value >> 63);
  }

  private void putVarint(long value) {
    ensure(10);
    long left = value;
    while ((left & ~0x7fL) != 0) {
      bytes[length++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    bytes[length++] = (byte) left;
  }

  private void put(int value) {
    ensure(1);
    bytes[length++] = (byte) value;
  }

  private void put(byte[] src, int off, int len) {
    ensure(len);
    System.arraycopy(src, off, bytes, length, len);
    length += len;
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(length, more)));
    }
  }
}
