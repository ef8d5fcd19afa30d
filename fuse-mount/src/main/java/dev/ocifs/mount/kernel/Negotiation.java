package dev.ocifs.mount.kernel;

import dev.ocifs.mount.Errno;
import dev.ocifs.mount.kernel.Init.Flag;

/**
 * What kernel and server agreed on when they connected.
 *
 * @param minor minor version of the protocol, at most the kernel's and ours
 * @param flags what both can, {@link Flag}
 */
record Negotiation(int minor, long flags) {
  /**
   * What we take of what the kernel offers. Not ASYNC_DIO: a direct read would wait for its answers
   * where no signal can end it. Not POSIX_ACL: each check of permissions would ask for attributes.
   */
  private static final long WANTED =
      Flag.ASYNC_READ
          | Flag.EXPORT_SUPPORT
          | Flag.DO_READDIRPLUS
          | Flag.READDIRPLUS_AUTO
          | Flag.NO_OPEN_SUPPORT
          | Flag.PARALLEL_DIROPS
          | Flag.ABORT_ERROR
          | Flag.MAX_PAGES
          | Flag.CACHE_SYMLINKS
          | Flag.NO_OPENDIR_SUPPORT
          | Flag.EXPLICIT_INVAL_DATA
          | Flag.INIT_EXT;

  private static final int PAGE_BYTES = 4096;
  private static final int MAX_PAGES = Reply.MAX_CONTENT_BYTES / PAGE_BYTES;

  /** Requests that nobody waits for yet, readahead above all: the kernel's default is 12. */
  private static final int MAX_BACKGROUND = 64;

  private static final int CONGESTION_THRESHOLD = 48;

  /** Nothing is written; the kernel asks for a page at least. */
  private static final int MAX_WRITE = PAGE_BYTES;

  /** A file that the kernel reads for us may lie on a disk's file system, on no stack of others. */
  private static final int MAX_STACK_DEPTH = 1;

  /** Whether OPEN may name a file that the kernel reads by itself; since Linux 6.9. */
  boolean passesThrough() {
    return (flags & Flag.PASSTHROUGH) != 0;
  }

  /** Whether OPEN may be answered with "not served", and is not asked again then. */
  boolean withoutOpen() {
    return (flags & Flag.NO_OPEN_SUPPORT) != 0;
  }

  /** Whether OPENDIR may. */
  boolean withoutOpendir() {
    return (flags & Flag.NO_OPENDIR_SUPPORT) != 0;
  }

  /** Whether the kernel speaks a later major version, and asks again when it has heard ours. */
  static boolean isTooNew(Request init) {
    return init.has(Init.In.SHORT_BYTES)
        && Integer.compareUnsigned(init.intAt(Init.In.MAJOR), Init.MAJOR_VERSION) > 0;
  }

  /** Tells a later kernel which major version we speak. */
  static void putVersion(Reply reply) {
    int at = reply.extend(Init.Out.BYTES);
    reply.putInt(at + Init.Out.MAJOR, Init.MAJOR_VERSION);
    reply.putInt(at + Init.Out.MINOR, Init.MINOR_VERSION);
  }

  /** The errno that an INIT request deserves, 0 when it can be agreed to. */
  static int check(Request init) {
    if (!init.has(Init.In.SHORT_BYTES)) {
      return Errno.EINVAL;
    }
    boolean spoken =
        init.intAt(Init.In.MAJOR) == Init.MAJOR_VERSION
            && Integer.compareUnsigned(init.intAt(Init.In.MINOR), Init.OLDEST_MINOR_VERSION) >= 0;
    return spoken ? 0 : Errno.EPROTO;
  }

  /**
   * Agrees to a request that has passed {@link #check}.
   *
   * @param passThrough whether the kernel shall read files by itself where it can
   */
  static Negotiation of(Request init, boolean passThrough) {
    long offered = Integer.toUnsignedLong(init.intAt(Init.In.FLAGS));
    if ((offered & Flag.INIT_EXT) != 0 && init.has(Init.In.FLAGS2 + Integer.BYTES)) {
      offered |= (long) init.intAt(Init.In.FLAGS2) << Integer.SIZE;
    } else {
      offered &= ~Flag.INIT_EXT;
    }
    int minor = Math.min(init.intAt(Init.In.MINOR), Init.MINOR_VERSION);
    return new Negotiation(minor, offered & (passThrough ? WANTED | Flag.PASSTHROUGH : WANTED));
  }

  /** Writes the answer. The kernel's readahead is taken as it is offered. */
  void put(Request init, Reply reply) {
    int at = reply.extend(Init.Out.BYTES);
    reply.putInt(at + Init.Out.MAJOR, Init.MAJOR_VERSION);
    reply.putInt(at + Init.Out.MINOR, minor);
    reply.putInt(at + Init.Out.MAX_READAHEAD, init.intAt(Init.In.MAX_READAHEAD));
    reply.putInt(at + Init.Out.FLAGS, (int) flags);
    reply.putInt(at + Init.Out.FLAGS2, (int) (flags >>> Integer.SIZE));
    reply.putShort(at + Init.Out.MAX_BACKGROUND, MAX_BACKGROUND);
    reply.putShort(at + Init.Out.CONGESTION_THRESHOLD, CONGESTION_THRESHOLD);
    reply.putInt(at + Init.Out.MAX_WRITE, MAX_WRITE);
    reply.putInt(at + Init.Out.TIME_GRAN, 1);
    reply.putShort(at + Init.Out.MAX_PAGES, MAX_PAGES);
    reply.putInt(at + Init.Out.MAX_STACK_DEPTH, passesThrough() ? MAX_STACK_DEPTH : 0);
  }
}
