package dev.ocifs.mount.kernel;

/** The bodies of answers, behind the header: offsets and flags of linux/fuse.h. */
final class Results {
  private Results() {}

  /** struct fuse_attr. */
  static final class Attr {
    static final int INO = 0;
    static final int SIZE = 8;
    static final int BLOCKS = 16;
    static final int ATIME = 24;
    static final int MTIME = 32;
    static final int CTIME = 40;
    static final int ATIMENSEC = 48;
    static final int MTIMENSEC = 52;
    static final int CTIMENSEC = 56;
    static final int MODE = 60;
    static final int NLINK = 64;
    static final int UID = 68;
    static final int GID = 72;
    static final int RDEV = 76;
    static final int BLKSIZE = 80;
    static final int FLAGS = 84;
    static final int BYTES = 88;

    private Attr() {}
  }

  /** struct fuse_attr_out. */
  static final class AttrOut {
    static final int ATTR_VALID = 0;
    static final int ATTR_VALID_NSEC = 8;
    static final int DUMMY = 12;
    static final int ATTR = 16;
    static final int BYTES = 104;

    private AttrOut() {}
  }

  /** struct fuse_entry_out. */
  static final class Entry {
    static final int NODEID = 0;
    static final int GENERATION = 8;
    static final int ENTRY_VALID = 16;
    static final int ATTR_VALID = 24;
    static final int ENTRY_VALID_NSEC = 32;
    static final int ATTR_VALID_NSEC = 36;
    static final int ATTR = 40;
    static final int BYTES = 128;

    private Entry() {}
  }

  /** struct fuse_dirent; the name follows, and zeros up to a multiple of 8. */
  static final class Dirent {
    static final int INO = 0;
    static final int OFF = 8;
    static final int NAMELEN = 16;
    static final int TYPE = 20;
    static final int NAME = 24;
    static final int BYTES = 24;

    private Dirent() {}
  }

  /** struct fuse_open_out. */
  static final class Open {
    static final int FH = 0;
    static final int OPEN_FLAGS = 8;
    static final int BACKING_ID = 12;
    static final int BYTES = 16;

    static final int FOPEN_KEEP_CACHE = 1 << 1;
    static final int FOPEN_CACHE_DIR = 1 << 3;
    static final int FOPEN_PASSTHROUGH = 1 << 7;

    private Open() {}
  }

  /** struct fuse_getxattr_out. */
  static final class Getxattr {
    static final int SIZE = 0;
    static final int PADDING = 4;
    static final int BYTES = 8;

    private Getxattr() {}
  }

  /** struct fuse_lseek_out. */
  static final class Lseek {
    static final int OFFSET = 0;
    static final int BYTES = 8;

    private Lseek() {}
  }

  /** struct fuse_notify_store_out. */
  static final class NotifyStore {
    static final int NODEID = 0;
    static final int OFFSET = 8;
    static final int SIZE = 16;
    static final int BYTES = 24;

    private NotifyStore() {}
  }

  /** struct fuse_kstatfs, all of struct fuse_statfs_out. */
  static final class Statfs {
    static final int BLOCKS = 0;
    static final int BFREE = 8;
    static final int BAVAIL = 16;
    static final int FILES = 24;
    static final int FFREE = 32;
    static final int BSIZE = 40;
    static final int NAMELEN = 44;
    static final int FRSIZE = 48;
    static final int PADDING = 52;
    static final int SPARE = 56;
    static final int BYTES = 80;

    private Statfs() {}
  }
}
