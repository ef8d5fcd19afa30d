package dev.ocifs.mount.jnr;

import dev.ocifs.layerfs.view.Attributes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jnr.ffi.Runtime;
import ru.serce.jnrfuse.struct.FileStat;

/**
 * Writes a struct stat: where its fields are, on this platform, is asked of jnr-fuse once.
 * Immutable.
 */
final class StatLayout {
  private static final int BLOCK_BYTES = 4096;

  /** x86-64's, the largest. */
  static final int BYTES = 144;

  private final long ino;
  private final long nlink;
  private final int nlinkBytes;
  private final long mode;
  private final long uid;
  private final long gid;
  private final long rdev;
  private final long size;
  private final long blksize;
  private final long blocks;
  private final long[] times;

  StatLayout(Runtime runtime) {
    FileStat stat = new FileStat(runtime);
    ino = stat.st_ino.offset();
    nlink = stat.st_nlink.offset();
    // 8 bytes before the mode on x86-64, 4 behind it on aarch64.
    nlinkBytes = stat.st_nlink.offset() < stat.st_mode.offset() ? Long.BYTES : Integer.BYTES;
    mode = stat.st_mode.offset();
    uid = stat.st_uid.offset();
    gid = stat.st_gid.offset();
    rdev = stat.st_rdev.offset();
    size = stat.st_size.offset();
    blksize = stat.st_blksize.offset();
    blocks = stat.st_blocks.offset();
    times =
        new long[] {
          stat.st_atim.tv_sec.offset(), stat.st_mtim.tv_sec.offset(), stat.st_ctim.tv_sec.offset()
        };
  }

  /** Fills a struct of zeros. */
  void write(Attributes a, MemorySegment stat) {
    putLong(stat, ino, a.inode);
    if (nlinkBytes == Long.BYTES) {
      putLong(stat, nlink, a.nlink);
    } else {
      putInt(stat, nlink, a.nlink);
    }
    putInt(stat, mode, a.mode);
    putInt(stat, uid, a.uid);
    putInt(stat, gid, a.gid);
    putLong(stat, rdev, device(a.major, a.minor));
    putLong(stat, size, a.size);
    putInt(stat, blksize, BLOCK_BYTES);
    putLong(stat, blocks, a.sectors());
    for (long time : times) {
      putLong(stat, time, a.mtimeSeconds);
      putLong(stat, time + Long.BYTES, a.mtimeNanos);
    }
  }

  /** Fills what a directory listing needs. */
  void write(long inode, int type, MemorySegment stat) {
    putLong(stat, ino, inode);
    putInt(stat, mode, type);
  }

  private static void putLong(MemorySegment stat, long offset, long value) {
    stat.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, value);
  }

  private static void putInt(MemorySegment stat, long offset, int value) {
    stat.set(ValueLayout.JAVA_INT_UNALIGNED, offset, value);
  }

  /** glibc's makedev(3). */
  private static long device(int major, int minor) {
    long x = Integer.toUnsignedLong(major);
    long y = Integer.toUnsignedLong(minor);
    return (x & 0xfff) << 8 | (x & ~0xfffL) << 32 | (y & 0xff) | (y & ~0xffL) << 12;
  }
}
