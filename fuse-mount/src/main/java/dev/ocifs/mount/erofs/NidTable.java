package dev.ocifs.mount.erofs;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;

/** Where each inode of an image lies: four bytes an inode. Not thread-safe. */
final class NidTable {
  private final int[] nids;

  /**
   * @param inodes how many; they are numbered from 1
   */
  NidTable(long inodes) throws OcifsException {
    if (inodes >= Integer.MAX_VALUE - 8) {
      throw new OcifsException(Kind.UNSUPPORTED, inodes + " inodes are too many for one image");
    }
    nids = new int[(int) inodes + 1];
  }

  /** Notes the place of an inode, a multiple of {@link Inode#SLOT_BYTES}. */
  void place(long inode, long position) throws OcifsException {
    long nid = position / Inode.SLOT_BYTES;
    if (nid > 0xffffffffL) {
      throw new OcifsException(Kind.UNSUPPORTED, "the metadata is too large for one image");
    }
    nids[(int) inode] = (int) nid;
  }

  /** The node number; 0 before the inode has been placed. */
  long of(long inode) {
    return Integer.toUnsignedLong(nids[(int) inode]);
  }

  long position(long inode) {
    return of(inode) * Inode.SLOT_BYTES;
  }
}
