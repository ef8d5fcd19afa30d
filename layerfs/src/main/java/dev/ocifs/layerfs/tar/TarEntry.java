package dev.ocifs.layerfs.tar;

/**
 * One entry of an archive, as the headers together describe it. The reader uses one object for all
 * entries; its arrays are made anew for each and may be kept. Not thread-safe.
 */
public final class TarEntry {
  private static final byte[] NONE = {};
  private static final byte[][] NO_XATTRS = {};
  private static final long[] NO_RUNS = {};

  /** What an entry is. */
  public enum Type {
    REGULAR,
    DIRECTORY,
    SYMLINK,
    HARD_LINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    FIFO
  }

  Type type = Type.REGULAR;
  byte[] rawPath = NONE;
  byte[] path = NONE;
  byte[] target = NONE;
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

  /** The path as it stands in the archive. */
  public byte[] rawPath() {
    return rawPath;
  }

  /**
   * The path inside the root: no empty component, no '.', no '..', no slash at either end; the root
   * is empty (rule 21).
   */
  public byte[] path() {
    return path;
  }

  /**
   * Symbolic link: the target as it is. Hard link: the target's path, normalised like {@link
   * #path}.
   */
  public byte[] target() {
    return target;
  }

  /** Permission bits, 0 to 07777. */
  public int mode() {
    return mode;
  }

  /** Owner, an unsigned 32-bit number. */
  public int uid() {
    return uid;
  }

  /** Group, an unsigned 32-bit number. */
  public int gid() {
    return gid;
  }

  public long mtimeSeconds() {
    return mtimeSeconds;
  }

  public int mtimeNanos() {
    return mtimeNanos;
  }

  public int major() {
    return major;
  }

  public int minor() {
    return minor;
  }

  /** Regular file: bytes of content, holes included. */
  public long size() {
    return size;
  }

  /** Regular file: where its first stored byte is in the archive. */
  public long dataPos() {
    return dataPos;
  }

  /** Whether {@link #runs} says which parts are stored. */
  public boolean sparse() {
    return sparse;
  }

  /** Sparse file: pairs of offset in the file and length, ascending; stored one after the other. */
  public long[] runs() {
    return runs;
  }

  /** Extended attributes: name, value, name, value …, sorted by the bytes of the names. */
  public byte[][] xattrs() {
    return xattrs;
  }
}
