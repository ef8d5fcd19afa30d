package dev.ocifs.layerfs.tree;

import dev.ocifs.layerfs.format.FileFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The numbers of the image tree format; FORMAT.md has the grammar. */
final class TreeFormat {
  static final FileFormat FORMAT = new FileFormat("OCIFSTRE", "image tree", 1, 1);

  static final int FACTS = 1;
  static final int INODES = 2;
  static final int DIRENTS = 3;
  static final int STRINGS = 4;
  static final int BLOBS = 5;

  static final int INODE_BYTES = 64;
  static final int DIRENT_BYTES = 8;

  // Fields of an inode record.
  static final int MODE = 0;
  static final int NLINK = 4;
  static final int UID = 8;
  static final int GID = 12;
  static final int SECONDS = 16;
  static final int NANOS = 24;
  static final int XATTRS = 28;
  static final int SIZE = 32;
  static final int DATA = 40;
  static final int HOME = 48;
  static final int RUNS = 52;
  static final int HOLES = 56;

  /** What file systems give to a file at once: a hole is a block of which no byte is stored. */
  private static final int BLOCK_BYTES = 4096;

  private TreeFormat() {}

  /** count:u32 { name-length:u32 value-length:u32 name value }, see FORMAT.md. */
  static byte[] packXattrs(byte[][] xattrs) {
    int bytes = Integer.BYTES;
    for (byte[] part : xattrs) {
      bytes += Integer.BYTES + part.length;
    }
    ByteBuffer packed = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    packed.putInt(xattrs.length / 2);
    for (int i = 0; i < xattrs.length; i += 2) {
      packed.putInt(xattrs[i].length).putInt(xattrs[i + 1].length);
      packed.put(xattrs[i]).put(xattrs[i + 1]);
    }
    return packed.array();
  }

  /** count:u32 { offset:u64 length:u64 }, see FORMAT.md. */
  static byte[] packRuns(long[] runs) {
    ByteBuffer packed =
        ByteBuffer.allocate(Integer.BYTES + runs.length * Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    packed.putInt(runs.length / 2);
    for (long number : runs) {
      packed.putLong(number);
    }
    return packed.array();
  }

  /**
   * The bytes of those blocks of a file that no run touches; what is left of the last block counts
   * as a block. Kept in the inode, so that asking for attributes costs the same whatever the map.
   */
  static long holeBytes(byte[] runs, long size) {
    ByteBuffer packed = ByteBuffer.wrap(runs).order(ByteOrder.LITTLE_ENDIAN);
    long holes = 0;
    long end = 0;
    for (int left = packed.getInt(); left > 0; left--) {
      long start = packed.getLong();
      long length = packed.getLong();
      if (length > 0) {
        holes += Math.max(0, start / BLOCK_BYTES * BLOCK_BYTES - end);
        end = blockEnd(start + length, size);
      }
    }
    return holes + size - end;
  }

  /** The end of the block that the byte before a position lies in; the file may end before. */
  private static long blockEnd(long pos, long size) {
    long left = Math.floorMod(-pos, BLOCK_BYTES);
    return left > size - pos ? size : pos + left;
  }
}
