package dev.ocifs.layerfs.view;

/**
 * The attributes of one inode, filled by {@link ImageView#attributes}: reused by the caller, so
 * that asking for them allocates nothing. Mutable, not thread-safe.
 */
public final class Attributes {
  /** File type bits of {@link #mode}, as in {@code stat.h}. */
  public static final int S_IFMT = 0xf000;

  public static final int S_IFIFO = 0x1000;
  public static final int S_IFCHR = 0x2000;
  public static final int S_IFDIR = 0x4000;
  public static final int S_IFBLK = 0x6000;
  public static final int S_IFREG = 0x8000;
  public static final int S_IFLNK = 0xa000;

  /** The unit of {@code st_blocks}. */
  private static final int SECTOR_BYTES = 512;

  /** Inode number. */
  public long inode;

  /** File type and permission bits, as {@code st_mode}. */
  public int mode;

  /** Number of names; for a directory 2 plus its subdirectories. */
  public int nlink;

  /** Owner, an unsigned 32-bit number. */
  public int uid;

  /** Group, an unsigned 32-bit number. */
  public int gid;

  /** Size in bytes: of the content, of the link target, 0 for the rest. */
  public long size;

  /**
   * Of {@link #size}, the bytes of those blocks of 4 KiB that hold no data: 0 unless the file is
   * sparse.
   */
  public long holeBytes;

  /**
   * Modification time, seconds since the epoch, negative before it. Access and change time are the
   * same.
   */
  public long mtimeSeconds;

  /** Modification time, nanoseconds within the second, 0 to 999,999,999. */
  public int mtimeNanos;

  /** Major and minor number of a device, 0 for the rest. */
  public int major;

  public int minor;

  /** The file type bits. */
  public int type() {
    return mode & S_IFMT;
  }

  /** What the content takes, as {@code st_blocks}: sectors, without those of holes. */
  public long sectors() {
    return isRegular() ? Math.ceilDiv(size - holeBytes, SECTOR_BYTES) : 0;
  }

  public boolean isDirectory() {
    return type() == S_IFDIR;
  }

  public boolean isRegular() {
    return type() == S_IFREG;
  }

  public boolean isSymlink() {
    return type() == S_IFLNK;
  }
}
