package dev.ocifs.mount.jnr;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jnr.ffi.Runtime;
import ru.serce.jnrfuse.struct.Statvfs;

/**
 * Writes a struct statvfs: where its fields are is asked of jnr-fuse once. The flags are the
 * kernel's own. Immutable.
 */
final class StatvfsLayout {
  private static final int BLOCK_BYTES = 4096;

  /** As large as any platform's. */
  static final int BYTES = 128;

  private final long bsize;
  private final long frsize;
  private final long blocks;
  private final long files;
  private final long namemax;

  StatvfsLayout(Runtime runtime) {
    Statvfs stat = new Statvfs(runtime);
    bsize = stat.f_bsize.offset();
    frsize = stat.f_frsize.offset();
    blocks = stat.f_blocks.offset();
    files = stat.f_files.offset();
    namemax = stat.f_namemax.offset();
  }

  /** Fills a struct of zeros: all is used, nothing is free. */
  void write(long contentBytes, long inodes, int maxNameBytes, MemorySegment stat) {
    put(stat, bsize, BLOCK_BYTES);
    put(stat, frsize, BLOCK_BYTES);
    put(stat, blocks, Math.ceilDiv(contentBytes, BLOCK_BYTES));
    put(stat, files, inodes);
    put(stat, namemax, maxNameBytes);
  }

  private static void put(MemorySegment stat, long offset, long value) {
    stat.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, value);
  }
}
