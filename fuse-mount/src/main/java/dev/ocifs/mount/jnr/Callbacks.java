package dev.ocifs.mount.jnr;

import jnr.ffi.annotations.Delegate;

/**
 * The callbacks of libfuse's high-level interface that a read-only file system needs, by the shape
 * of their parameters; every pointer is an address.
 *
 * <p>jnr-fuse's own take paths as strings in the JVM's default charset, which cannot carry every
 * name, and make an object of every pointer.
 *
 * <p>Source: libfuse 2.9, include/fuse.h, struct fuse_operations.
 */
final class Callbacks {
  private Callbacks() {}

  /**
   * getattr(path, stat), open and opendir(path, info), statfs(path, statvfs), access(path, mask).
   */
  public interface PathAnd {
    @Delegate
    int call(long path, long argument);
  }

  /** readlink and listxattr(path, buffer, size), fgetattr(path, stat, info). */
  public interface PathAnd2 {
    @Delegate
    int call(long path, long first, long second);
  }

  /** getxattr(path, name, value, size). */
  public interface PathAnd3 {
    @Delegate
    int call(long path, long first, long second, long third);
  }

  /** read(path, buffer, size, offset, info), readdir(path, buffer, filler, offset, info). */
  public interface PathAnd4 {
    @Delegate
    int call(long path, long first, long second, long third, long fourth);
  }

  /** init(connection); what it returns becomes the context's private data. */
  public interface Init {
    @Delegate
    long call(long connection);
  }

  /** Whatever would change something; its parameters do not matter. */
  public interface Refuse {
    @Delegate
    int call();
  }
}
