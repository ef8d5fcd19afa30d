package dev.ocifs.mount.jnr;

import dev.ocifs.mount.Errno;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * jnr-fuse's table of operations, filled with callbacks of our own shapes. Native code refers to
 * it: it must be reachable for as long as the session lives.
 */
final class OperationTable {
  /**
   * flag_nullpath_ok and flag_nopath, the lowest bits of the word behind bmap: requests on open
   * files need no path.
   */
  private static final int NO_PATHS = 3;

  private final Runtime runtime;
  private final FuseOperations table;

  /** A callback's native side goes with its object. */
  private final List<Object> held = new ArrayList<>();

  /**
   * @param connected is called when the kernel has connected; throws nothing
   */
  OperationTable(Runtime runtime, Requests requests, Runnable connected) {
    this.runtime = runtime;
    table = new FuseOperations(runtime);
    Callbacks.Init init =
        connection -> {
          connected.run();
          return 0;
        };
    set(table.init.offset(), Callbacks.Init.class, init);
    set(table.getattr.offset(), Callbacks.PathAnd.class, requests::getattr);
    set(table.open.offset(), Callbacks.PathAnd.class, requests::open);
    set(table.opendir.offset(), Callbacks.PathAnd.class, requests::open);
    set(table.statfs.offset(), Callbacks.PathAnd.class, (path, stat) -> requests.statfs(stat));
    set(
        table.access.offset(),
        Callbacks.PathAnd.class,
        (path, mask) -> requests.access(path, (int) mask));
    set(
        table.fgetattr.offset(),
        Callbacks.PathAnd2.class,
        (path, stat, info) -> requests.fgetattr(stat, info));
    set(table.readlink.offset(), Callbacks.PathAnd2.class, requests::readlink);
    set(table.listxattr.offset(), Callbacks.PathAnd2.class, requests::listxattr);
    set(table.getxattr.offset(), Callbacks.PathAnd3.class, requests::getxattr);
    set(
        table.read.offset(),
        Callbacks.PathAnd4.class,
        (path, buffer, size, offset, info) -> requests.read(buffer, size, offset, info));
    set(
        table.readdir.offset(),
        Callbacks.PathAnd4.class,
        (path, buffer, filler, offset, info) -> requests.readdir(buffer, filler, offset, info));
    refuseChanges();
    memory().putInt(table.bmap.offset() + runtime.addressSize(), NO_PATHS);
  }

  FuseOperations table() {
    return table;
  }

  /** The kernel lets nothing through to a read-only mount; root may remount it writable. */
  private void refuseChanges() {
    Callbacks.Refuse refuse = () -> -Errno.EROFS;
    long[] changes = {
      table.mknod.offset(),
      table.mkdir.offset(),
      table.unlink.offset(),
      table.rmdir.offset(),
      table.symlink.offset(),
      table.rename.offset(),
      table.link.offset(),
      table.chmod.offset(),
      table.chown.offset(),
      table.truncate.offset(),
      table.ftruncate.offset(),
      table.write.offset(),
      table.setxattr.offset(),
      table.removexattr.offset(),
      table.create.offset(),
      table.utimens.offset(),
    };
    for (long offset : changes) {
      set(offset, Callbacks.Refuse.class, refuse);
    }
  }

  private <T> void set(long offset, Class<T> type, T callback) {
    held.add(callback);
    memory().putPointer(offset, runtime.getClosureManager().getClosurePointer(type, callback));
  }

  private Pointer memory() {
    return Struct.getMemory(table);
  }
}
