package dev.ocifs.mount.kernel;

/** The request by which the kernel connects, and its answer: offsets and flags of linux/fuse.h. */
final class Init {
  static final int MAJOR_VERSION = 7;

  /** What is negotiated here goes up to 7.40; later kernels speak that, too. */
  static final int MINOR_VERSION = 40;

  /** Linux 5.4: the flags and opcodes that this package relies on. */
  static final int OLDEST_MINOR_VERSION = 31;

  private Init() {}

  /** Flags of both; 32 and up are in the second word. */
  static final class Flag {
    static final long ASYNC_READ = 1L << 0;
    static final long EXPORT_SUPPORT = 1L << 4;
    static final long DO_READDIRPLUS = 1L << 13;
    static final long READDIRPLUS_AUTO = 1L << 14;
    static final long NO_OPEN_SUPPORT = 1L << 17;
    static final long PARALLEL_DIROPS = 1L << 18;
    static final long ABORT_ERROR = 1L << 21;
    static final long MAX_PAGES = 1L << 22;
    static final long CACHE_SYMLINKS = 1L << 23;
    static final long NO_OPENDIR_SUPPORT = 1L << 24;
    static final long EXPLICIT_INVAL_DATA = 1L << 25;
    static final long INIT_EXT = 1L << 30;
    static final long PASSTHROUGH = 1L << 37;

    private Flag() {}
  }

  /** struct fuse_init_in. */
  static final class In {
    static final int MAJOR = 0;
    static final int MINOR = 4;
    static final int MAX_READAHEAD = 8;
    static final int FLAGS = 12;
    static final int FLAGS2 = 16;
    static final int BYTES = 64;

    /** Without what came with INIT_EXT, 7.36. */
    static final int SHORT_BYTES = 16;

    private In() {}
  }

  /** struct fuse_init_out. */
  static final class Out {
    static final int MAJOR = 0;
    static final int MINOR = 4;
    static final int MAX_READAHEAD = 8;
    static final int FLAGS = 12;
    static final int MAX_BACKGROUND = 16;
    static final int CONGESTION_THRESHOLD = 18;
    static final int MAX_WRITE = 20;
    static final int TIME_GRAN = 24;
    static final int MAX_PAGES = 28;
    static final int MAP_ALIGNMENT = 30;
    static final int FLAGS2 = 32;
    static final int MAX_STACK_DEPTH = 36;
    static final int BYTES = 64;

    private Out() {}
  }
}
