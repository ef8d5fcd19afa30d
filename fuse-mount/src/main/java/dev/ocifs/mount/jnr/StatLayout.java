package dev.ocifs.mount.jnr;

import dev.ocifs.layerfs.Attributes;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import ru.serce.jnrfuse.struct.FileStat;

/**
 * Writes a struct stat: where its fields are, on this platform, is asked of jnr-fuse once.
 * Immutable.
 */
final class StatLayout {
  private static final int BLOCK_BYTES = 4096;
  private static final int SECTOR_BYTES = 512;

  /** As large as any platform's. */
  static final int BYTES = 256;

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
  void write(Attributes a, Pointer stat) {
    stat.putLong(ino, a.inode);
    if (nlinkBytes == Long.BYTES) {
      stat.putLong(nlink, a.nlink);
    } else {
      stat.putInt(nlink, a.nlink);
    }
    stat.putInt(mode, a.mode);
    stat.putInt(uid, a.uid);
    stat.putInt(gid, a.gid);
    stat.putLong(rdev, device(a.major, a.minor));
    stat.putLong(size, a.size);
    stat.putInt(blksize, BLOCK_BYTES);
    stat.putLong(blocks, a.isRegular() ? (a.size + SECTOR_BYTES - 1) / SECTOR_BYTES : 0);
    for (long time : times) {
      stat.putLong(time, a.mtimeSeconds);
      stat.putLong(time + Long.BYTES, a.mtimeNanos);
    }
  }

  /** Fills what a directory listing needs. */
  void write(long inode, int type, Pointer stat) {
    stat.putLong(ino, inode);
    stat.putInt(mode, type);
  }

  /** glibc's makedev(3). */
  private static long device(int major, int minor) {
    long x = Integer.toUnsignedLong(major);
    long y = Integer.toUnsignedLong(minor);
    return (x & 0xfff) << 8 | (x & ~0xfffL) << 32 | (y & 0xff) | (y & ~0xffL) << 12;
  }
}
