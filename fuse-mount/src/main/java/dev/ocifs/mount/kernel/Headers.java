package dev.ocifs.mount.kernel;

/** What each request and each answer begins with: offsets of linux/fuse.h. */
final class Headers {
  private Headers() {}

  /** struct fuse_in_header. */
  static final class In {
    static final int LEN = 0;
    static final int OPCODE = 4;
    static final int UNIQUE = 8;
    static final int NODEID = 16;
    static final int UID = 24;
    static final int GID = 28;
    static final int PID = 32;
    static final int TOTAL_EXTLEN = 36;
    static final int BYTES = 40;

    private In() {}
  }

  /** struct fuse_out_header. */
  static final class Out {
    static final int LEN = 0;

    /** A negated errno, or 0. */
    static final int ERROR = 4;

    static final int UNIQUE = 8;
    static final int BYTES = 16;

    private Out() {}
  }
}
