package dev.ocifs.layerfs.index;

import dev.ocifs.layerfs.view.Attributes;

/**
 * One entry of a layer, as the tar has it, names normalised: what the merge works on. Reused from
 * entry to entry by whoever fills it; the arrays are not shared and may be kept. Mutable, not
 * thread-safe.
 */
public final class LayerEntry {
  private static final byte[] NONE = {};
  private static final byte[][] NO_XATTRS = {};

  /** What an entry is. The ordinal is part of the index format. */
  public enum Type {
    REGULAR(Attributes.S_IFREG),
    DIRECTORY(Attributes.S_IFDIR),
    SYMLINK(Attributes.S_IFLNK),
    /** Another name of an inode; {@link #target} names it. */
    HARD_LINK(0),
    CHARACTER_DEVICE(Attributes.S_IFCHR),
    BLOCK_DEVICE(Attributes.S_IFBLK),
    FIFO(Attributes.S_IFIFO);

    private final int bits;

    Type(int bits) {
      this.bits = bits;
    }

    /** The file type bits of the mode, 0 for a hard link. */
    public int bits() {
      return bits;
    }
  }

  public Type type = Type.REGULAR;

  /**
   * Path inside the root, components separated by '/', neither leading nor trailing; the root
   * itself is empty.
   */
  public byte[] path = NONE;

  /**
   * Symbolic link: its target as it is. Hard link: the path of the target, normalised like {@link
   * #path}.
   */
  public byte[] target = NONE;

  /**
   * Permission bits, 0 to 07777. For a hard link these and the owner and time are its own entry's,
   * which nobody sees.
   */
  public int mode;

  public int uid;
  public int gid;
  public long mtimeSeconds;
  public int mtimeNanos;
  public int major;
  public int minor;

  /** Regular file: bytes of its content, holes included. */
  public long size;

  /** Regular file: position of its content in the uncompressed layer. */
  public long dataPos;

  /**
   * Sparse file: its data runs as pairs of offset in the file and length in bytes, ascending, lying
   * one after the other from {@link #dataPos}; empty when all of the file is data.
   */
  public long[] runs = NO_RUNS;

  /** Extended attributes: name, value, name, value …, sorted by name. */
  public byte[][] xattrs = NO_XATTRS;

  /** Whether the file has a map of runs: a sparse file without any data has an empty one. */
  public boolean sparse;

  static final long[] NO_RUNS = {};

  /** Makes the entry one without link target, device numbers, content and extended attributes. */
  public void clear() {
    path = NONE;
    target = NONE;
    major = 0;
    minor = 0;
    size = 0;
    dataPos = 0;
    sparse = false;
    runs = NO_RUNS;
    xattrs = NO_XATTRS;
  }
}
