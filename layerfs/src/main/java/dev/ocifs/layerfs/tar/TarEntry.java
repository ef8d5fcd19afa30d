package dev.ocifs.layerfs.tar;

/**
 * One entry of a layer, as its headers describe it.
 *
 * <p>The reader fills the same object for every entry; its arrays are fresh each time, may be kept,
 * and must not be changed. Not thread-safe.
 */
public final class TarEntry {

  /** What an entry makes. */
  public enum Type {
    REGULAR,
    DIRECTORY,
    SYMLINK,
    HARD_LINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    FIFO
  }

  static final byte[] NO_BYTES = {};
  static final byte[][] NO_XATTRS = {};
  static final long[] NO_RUNS = {};

  Type type = Type.REGULAR;
  byte typeFlag;
  byte[] path = NO_BYTES;
  byte[] rawPath = NO_BYTES;
  byte[] target = NO_BYTES;
  int mode;
  int uid;
  int gid;
  long mtimeSeconds;
  int mtimeNanos;
  int major;
  int minor;
  long size;
  long dataPos;
  boolean sparse;
  long[] runs = NO_RUNS;
  byte[][] xattrs = NO_XATTRS;

  TarEntry() {}

  public Type type() {
    return type;
  }

  /** The type as it stands in the tar: {@code '0'}, {@code '7'}, {@code 'S'} and others. */
  public byte typeFlag() {
    return typeFlag;
  }

  /**
   * The path inside the root: no slash at its ends, no empty component, no {@code .} or {@code ..};
   * empty for the root itself.
   */
  public byte[] path() {
    return path;
  }

  /** The path as it stands in the tar. */
  public byte[] rawPath() {
    return rawPath;
  }

  /**
   * What a link names: of a symlink the bytes as they stand in the tar, of a hard link a path in
   * the form of {@link #path}; empty for other types.
   */
  public byte[] target() {
    return target;
  }

  /** The permissions with setuid, setgid and sticky: 0 to 07777. */
  public int mode() {
    return mode;
  }

  /** The owner, an unsigned number of 32 bits, never 2^32-1. */
  public int uid() {
    return uid;
  }

  /** The group, an unsigned number of 32 bits, never 2^32-1. */
  public int gid() {
    return gid;
  }

  /** Seconds since 1970, rounded down. */
  public long mtimeSeconds() {
    return mtimeSeconds;
  }

  /** Nanoseconds to add to {@link #mtimeSeconds}: 0 to 999,999,999. */
  public int mtimeNanos() {
    return mtimeNanos;
  }

  /** A device's major number, 0 for other types. */
  public int major() {
    return major;
  }

  /** A device's minor number, 0 for other types. */
  public int minor() {
    return minor;
  }

  /** The size of a regular file with its holes, in bytes; 0 for other types. */
  public long size() {
    return size;
  }

  /** Where the stored content starts, in bytes of the uncompressed layer. */
  public long dataPos() {
    return dataPos;
  }

  /** Whether the tar stores the file by a sparse map; it may have no hole all the same. */
  public boolean sparse() {
    return sparse;
  }

  /**
   * Where the stored content belongs in the file: pairs of offset and length, ascending, none
   * empty, one stored right after the other from {@link #dataPos}. A plain file has one pair, an
   * empty one none.
   */
  public long[] runs() {
    return runs;
  }

  /** Extended attributes: name, value, name, value, ascending by the unsigned bytes of the name. */
  public byte[][] xattrs() {
    return xattrs;
  }
}
