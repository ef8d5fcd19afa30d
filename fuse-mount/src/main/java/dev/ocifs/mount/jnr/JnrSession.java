package dev.ocifs.mount.jnr;

import dev.ocifs.mount.FuseBackend;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import jnr.ffi.provider.ClosureManager;
import ru.serce.jnrfuse.LibFuse;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * One mount: libfuse's loop on a thread of its own. Thread-safe.
 *
 * <p>That the kernel has connected is known from libfuse's init callback: jnr-fuse's own way is to
 * wait two seconds and hope. libfuse leaves the signal handlers alone that the JVM has set.
 */
final class JnrSession implements FuseBackend.Session {
  /**
   * Seconds; the kernel counts in jiffies and takes its largest number for anything larger. The
   * image never changes.
   */
  private static final String FOREVER = "1000000000";

  private static final int MAX_READ_BYTES = 128 * 1024;

  /**
   * flag_nullpath_ok and flag_nopath, the lowest bits of the word behind bmap: read and readdir
   * need no path.
   */
  private static final int NO_PATHS = 3;

  private final LibFuse libfuse;
  private final MountRequest request;
  private final Runtime runtime;
  private final FuseOperations operations;

  /** Callbacks that native code holds: they must not be collected. */
  private final List<Object> held = new ArrayList<>();

  private final CountDownLatch connectedOrEnded = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile int exitCode;
  private volatile boolean connected;

  JnrSession(LibFuse libfuse, MountRequest request) {
    this.libfuse = libfuse;
    this.request = request;
    runtime = Runtime.getRuntime(libfuse);
    operations = new FuseOperations(runtime);
    bind(new Requests(request.view(), runtime));
  }

  private void bind(Requests requests) {
    Callbacks.PathStruct getattr = requests::getattr;
    Callbacks.PathStruct open = requests::open;
    Callbacks.PathStruct statfs = (path, struct) -> requests.statfs(struct);
    Callbacks.PathBuffer readlink = requests::readlink;
    Callbacks.PathBuffer listxattr = requests::listxattr;
    Callbacks.PathNameBuffer getxattr = requests::getxattr;
    Callbacks.Read read =
        (path, buffer, size, offset, info) -> requests.read(buffer, size, offset, info);
    Callbacks.ReadDirectory readdir =
        (path, buffer, filler, offset, info) -> requests.readdir(buffer, filler, offset, info);
    Callbacks.Init init =
        connection -> {
          connected = true;
          connectedOrEnded.countDown();
          return null;
        };
    set(operations.getattr.offset(), Callbacks.PathStruct.class, getattr);
    set(operations.open.offset(), Callbacks.PathStruct.class, open);
    set(operations.opendir.offset(), Callbacks.PathStruct.class, open);
    set(operations.statfs.offset(), Callbacks.PathStruct.class, statfs);
    set(operations.readlink.offset(), Callbacks.PathBuffer.class, readlink);
    set(operations.listxattr.offset(), Callbacks.PathBuffer.class, listxattr);
    set(operations.getxattr.offset(), Callbacks.PathNameBuffer.class, getxattr);
    set(operations.read.offset(), Callbacks.Read.class, read);
    set(operations.readdir.offset(), Callbacks.ReadDirectory.class, readdir);
    set(operations.init.offset(), Callbacks.Init.class, init);
    memory().putInt(operations.bmap.offset() + runtime.addressSize(), NO_PATHS);
  }

  private <T> void set(long offset, Class<T> type, T callback) {
    held.add(callback);
    ClosureManager closures = runtime.getClosureManager();
    memory().putPointer(offset, closures.getClosurePointer(type, callback));
  }

  private Pointer memory() {
    return Struct.getMemory(operations);
  }

  /** Mounts, and returns when the kernel has connected. */
  void start() throws IOException {
    Thread.ofPlatform().name("ocifs-fuse " + request.dir()).daemon().start(this::loop);
    try {
      connectedOrEnded.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while mounting " + request.dir(), e);
    }
    if (!connected) {
      throw new OcifsException(
              OcifsException.Kind.MOUNT,
              "libfuse cannot mount " + request.dir() + " (it ended with code " + exitCode + ")")
          .hint(
              request.options().allowOther()
                  ? "--allow-other needs user_allow_other in /etc/fuse.conf, unless you are root"
                  : "see what it said in the log");
    }
  }

  private void loop() {
    try {
      String[] arguments = {
        "ocifs", "-f", request.dir().toAbsolutePath().toString(), "-o", options()
      };
      exitCode =
          libfuse.fuse_main_real(
              arguments.length, arguments, operations, Struct.size(operations), null);
    } finally {
      connectedOrEnded.countDown();
      ended.countDown();
    }
  }

  private String options() {
    List<String> options = new ArrayList<>();
    options.add("ro");
    options.add(request.options().suid() ? "suid" : "nosuid");
    options.add(request.options().dev() ? "dev" : "nodev");
    options.add("fsname=" + escape(request.image()));
    options.add("subtype=ocifs");
    options.add("use_ino");
    options.add("kernel_cache");
    options.add("entry_timeout=" + FOREVER);
    options.add("attr_timeout=" + FOREVER);
    options.add("negative_timeout=" + FOREVER);
    options.add("max_read=" + MAX_READ_BYTES);
    if (request.options().allowOther()) {
      options.add("allow_other");
      options.add("default_permissions");
    }
    if (request.options().debug()) {
      options.add("debug");
    }
    return String.join(",", options);
  }

  /**
   * Commas end an option; backslashes take that from them. Control characters would break the mount
   * table's lines.
   */
  private static String escape(String image) {
    return Printable.escape(image).replace("\\", "\\\\").replace(",", "\\,");
  }

  @Override
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }
}
