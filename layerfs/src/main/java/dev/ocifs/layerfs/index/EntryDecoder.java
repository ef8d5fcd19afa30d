package dev.ocifs.layerfs.index;

import java.util.Arrays;

/** Unpacks what {@link EntryEncoder} packed. Not thread-safe. */
final class EntryDecoder {
  private static final LayerEntry.Type[] TYPES = LayerEntry.Type.values();

  private byte[] bytes = {};
  private int pos;
  private int end;
  private byte[] lastPath = {};
  private long lastSeconds;
  private long lastPos;

  /** Begins a piece of {@code length} bytes. */
  void reset(byte[] piece, int length) {
    bytes = piece;
    pos = 0;
    end = length;
    lastPath = new byte[0];
    lastSeconds = 0;
    lastPos = 0;
  }

  boolean hasNext() {
    return pos < end;
  }

  /**
   * Fills {@code entry} with the next entry.
   *
   * @throws RuntimeException when the bytes are none that the encoder wrote
   */
  void next(LayerEntry entry) {
    entry.clear();
    int head = bytes[pos++];
    entry.type = TYPES[head & 0x07];
    int shared = length();
    int suffix = length();
    byte[] path = Arrays.copyOf(lastPath, shared + suffix);
    System.arraycopy(bytes, pos, path, shared, suffix);
    pos += suffix;
    entry.path = path;
    lastPath = path;
    entry.mode = (int) varint();
    entry.uid = (int) varint();
    entry.gid = (int) varint();
    entry.mtimeSeconds = lastSeconds + signed();
    lastSeconds = entry.mtimeSeconds;
    entry.mtimeNanos = (int) varint();
    switch (entry.type) {
      case REGULAR -> content(entry, (head & EntryEncoder.IS_SPARSE) != 0);
      case SYMLINK, HARD_LINK -> entry.target = bytes();
      case CHARACTER_DEVICE, BLOCK_DEVICE -> {
        entry.major = (int) varint();
        entry.minor = (int) varint();
      }
      default -> {}
    }
    if ((head & EntryEncoder.HAS_XATTRS) != 0) {
      entry.xattrs = new byte[length() * 2][];
      for (int i = 0; i < entry.xattrs.length; i++) {
        entry.xattrs[i] = bytes();
      }
    }
  }

  private void content(LayerEntry entry, boolean sparse) {
    entry.size = varint();
    entry.dataPos = lastPos + signed();
    lastPos = entry.dataPos;
    entry.sparse = sparse;
    if (sparse) {
      entry.runs = new long[length() * 2];
      long at = 0;
      for (int i = 0; i < entry.runs.length; i += 2) {
        entry.runs[i] = at + varint();
        entry.runs[i + 1] = varint();
        at = entry.runs[i] + entry.runs[i + 1];
      }
    }
  }

  private byte[] bytes() {
    int n = length();
    byte[] value = Arrays.copyOfRange(bytes, pos, pos + n);
    pos += n;
    return value;
  }

  /**
   * A number of things of at least a byte each: bounded by the bytes that are left, with what the
   * path shares.
   */
  private int length() {
    long n = varint();
    if (n < 0 || n > end - pos + lastPath.length) {
      throw new IllegalStateException("a length of " + n + " with " + (end - pos) + " bytes left");
    }
    return (int) n;
  }

  private long signed() {
    long v = varint();
    return v >>> 1 ^ -(v & 1);
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = bytes[pos++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }
}
