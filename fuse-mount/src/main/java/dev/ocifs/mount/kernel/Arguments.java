package dev.ocifs.mount.kernel;

/** The bodies of requests, behind the header: offsets of linux/fuse.h. */
final class Arguments {
  private Arguments() {}

  /** struct fuse_open_in. */
  static final class Open {
    static final int FLAGS = 0;
    static final int OPEN_FLAGS = 4;
    static final int BYTES = 8;

    private Open() {}
  }

  /** struct fuse_read_in; for directories, too. */
  static final class Read {
    static final int FH = 0;
    static final int OFFSET = 8;
    static final int SIZE = 16;
    static final int READ_FLAGS = 20;
    static final int LOCK_OWNER = 24;
    static final int FLAGS = 32;
    static final int PADDING = 36;
    static final int BYTES = 40;

    private Read() {}
  }

  /** struct fuse_getxattr_in; for LISTXATTR, too. */
  static final class Getxattr {
    static final int SIZE = 0;
    static final int PADDING = 4;
    static final int BYTES = 8;

    private Getxattr() {}
  }

  /** struct fuse_access_in. */
  static final class Access {
    static final int MASK = 0;
    static final int PADDING = 4;
    static final int BYTES = 8;

    private Access() {}
  }

  /** struct fuse_lseek_in. */
  static final class Lseek {
    static final int FH = 0;
    static final int OFFSET = 8;
    static final int WHENCE = 16;
    static final int PADDING = 20;
    static final int BYTES = 24;

    private Lseek() {}
  }

  /** struct fuse_interrupt_in. */
  static final class Interrupt {
    static final int UNIQUE = 0;
    static final int BYTES = 8;

    private Interrupt() {}
  }
}
