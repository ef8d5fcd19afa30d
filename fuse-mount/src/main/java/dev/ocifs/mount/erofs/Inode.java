package dev.ocifs.mount.erofs;

import dev.ocifs.layerfs.view.Attributes;
import java.nio.ByteBuffer;

/**
 * An inode on disk, {@code struct erofs_inode_extended}: the form that holds nanoseconds, all of an
 * owner's 32 bits and times before 1970.
 */
final class Inode {
  static final int BYTES = 64;

  /** A node number is the inode's place in the image, counted in these. */
  static final int SLOT_BYTES = 32;

  static final int EROFS_INODE_LAYOUT_EXTENDED = 1;

  /** Layouts of data. */
  static final int EROFS_INODE_FLAT_PLAIN = 0;

  static final int EROFS_INODE_FLAT_INLINE = 2;
  static final int EROFS_INODE_CHUNK_BASED = 4;

  static final int I_FORMAT = 0;
  static final int I_XATTR_ICOUNT = 2;
  static final int I_MODE = 4;
  static final int I_SIZE = 8;
  static final int I_U = 16;
  static final int I_INO = 20;
  static final int I_UID = 24;
  static final int I_GID = 28;
  static final int I_MTIME = 32;
  static final int I_MTIME_NSEC = 40;
  static final int I_NLINK = 44;

  private Inode() {}

  /**
   * Appends an inode.
   *
   * @param layout how the data lies
   * @param xattrCount {@link Xattrs#count}
   * @param size length of the data, that of a directory being no attribute of the view
   * @param u depends on type and layout: first block, chunk format or device number
   */
  static void encode(
      ByteBuffer out, Attributes attributes, int layout, int xattrCount, long size, int u) {
    int at = out.position();
    out.put(new byte[BYTES]);
    out.putShort(at + I_FORMAT, (short) (EROFS_INODE_LAYOUT_EXTENDED | layout << 1));
    out.putShort(at + I_XATTR_ICOUNT, (short) xattrCount);
    out.putShort(at + I_MODE, (short) attributes.mode);
    out.putLong(at + I_SIZE, size);
    out.putInt(at + I_U, u);
    out.putInt(at + I_INO, (int) attributes.inode);
    out.putInt(at + I_UID, attributes.uid);
    out.putInt(at + I_GID, attributes.gid);
    out.putLong(at + I_MTIME, attributes.mtimeSeconds);
    out.putInt(at + I_MTIME_NSEC, attributes.mtimeNanos);
    out.putInt(at + I_NLINK, attributes.nlink);
  }

  /** A device number as the kernel's new_encode_dev() packs it. */
  static int device(int major, int minor) {
    return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
  }
}
