package dev.ocifs.mount.jnr;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.Delegate;
import org.jspecify.annotations.Nullable;

/**
 * The callbacks of libfuse's high-level interface that a read-only file system needs.
 *
 * <p>jnr-fuse's own take paths as strings, in the JVM's default charset, which cannot carry every
 * name. These take the pointers.
 *
 * <p>Source: libfuse 2.9, include/fuse.h, struct fuse_operations.
 */
final class Callbacks {
  private Callbacks() {}

  /** getattr, open, opendir, statfs: a path and a struct to fill. */
  public interface PathStruct {
    @Delegate
    int call(Pointer path, Pointer struct);
  }

  /** readlink, listxattr: a path and a buffer. */
  public interface PathBuffer {
    @Delegate
    int call(Pointer path, Pointer buffer, long size);
  }

  /** getxattr: a path, a name and a buffer. */
  public interface PathNameBuffer {
    @Delegate
    int call(Pointer path, Pointer name, Pointer buffer, long size);
  }

  /** read. */
  public interface Read {
    @Delegate
    int call(@Nullable Pointer path, Pointer buffer, long size, long offset, Pointer info);
  }

  /** readdir; {@code filler} is a function that takes entries. */
  public interface ReadDirectory {
    @Delegate
    int call(@Nullable Pointer path, Pointer buffer, Pointer filler, long offset, Pointer info);
  }

  /** init; what it returns becomes the context's private data. */
  public interface Init {
    @Delegate
    @Nullable Pointer call(Pointer connection);
  }
}
