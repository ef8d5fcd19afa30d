package dev.ocifs.mount.jnr;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.IgnoreError;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.LibFuse;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * The steps of which jnr-fuse's {@code fuse_main_real} is made, to take them one by one: mount,
 * serve from threads of our own, take down.
 *
 * <p>Source: libfuse 2.9, include/fuse.h and include/fuse_lowlevel.h.
 */
public interface LibFuse2 extends LibFuse {

  /** Mounts; null when that failed, the reason is on standard error then. */
  @Nullable Pointer fuse_setup(
      int argc,
      Pointer argv,
      FuseOperations operations,
      long operationsSize,
      Pointer mountPoint,
      Pointer multithreaded,
      @Nullable Pointer data);

  Pointer fuse_get_session(Pointer fuse);

  Pointer fuse_session_next_chan(Pointer session, @Nullable Pointer channel);

  void fuse_remove_signal_handlers(Pointer session);

  long fuse_chan_bufsize(Pointer channel);

  /** Waits for a request; 0 when the kernel has ended the connection, negative for an error. */
  @IgnoreError
  int fuse_chan_recv(Pointer channel, Pointer buffer, long size);

  @IgnoreError
  void fuse_session_process(Pointer session, Pointer buffer, long length, Pointer channel);

  /** Closes the device, and unmounts unless that has happened. */
  void fuse_unmount(Pointer mountPoint, Pointer channel);

  void fuse_destroy(Pointer fuse);
}
