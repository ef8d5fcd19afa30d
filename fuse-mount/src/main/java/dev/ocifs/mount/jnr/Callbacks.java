package dev.ocifs.mount.jnr;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.Delegate;
import org.jspecify.annotations.Nullable;

/**
 * The C signatures of the operations of libfuse 2 ({@code fuse.h}, version 26) that ocifs answers.
 * jnr-fuse's own take paths as {@code String}, which loses every name that is not valid in the
 * JVM's charset; these take the pointer. Public, since jnr-ffi generates code that calls them.
 */
public final class Callbacks {
  private Callbacks() {}

  /** {@code void *init(struct fuse_conn_info *)}. */
  public interface Init {
    @Delegate
    @Nullable Pointer call(Pointer connection);
  }

  /** {@code void destroy(void *)}, before libfuse frees its handle. */
  public interface Destroy {
    @Delegate
    void call(@Nullable Pointer data);
  }

  /** getattr, open, opendir, statfs: a path and a struct to fill. */
  public interface Struct {
    @Delegate
    int call(Pointer path, Pointer struct);
  }

  /** readlink, listxattr: a path and a buffer to fill. */
  public interface Buffer {
    @Delegate
    int call(Pointer path, @Nullable Pointer buffer, long size);
  }

  /** getxattr. */
  public interface GetXattr {
    @Delegate
    int call(Pointer path, Pointer name, @Nullable Pointer buffer, long size);
  }

  /** access. */
  public interface Access {
    @Delegate
    int call(Pointer path, int mask);
  }

  /** read; the path is null, the inode is in the file info. */
  public interface Read {
    @Delegate
    int call(@Nullable Pointer path, Pointer buffer, long size, long offset, Pointer info);
  }

  /** readdir; the path is null, the inode is in the file info. */
  public interface ReadDir {
    @Delegate
    int call(@Nullable Pointer path, Pointer buffer, Pointer filler, long offset, Pointer info);
  }

  /** Whatever would write: by C's calling convention its arguments can be ignored. */
  public interface Refuse {
    @Delegate
    int call();
  }
}
