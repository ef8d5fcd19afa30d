package dev.ocifs.mount.jnr;

import dev.ocifs.mount.FuseBackend;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.LibFuse;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * One mount by libfuse's {@code fuse_main}, which blocks a thread of its own until the mount has
 * gone.
 *
 * <p>libfuse calls {@code init} when the kernel has taken the mount, so that neither waiting nor
 * probing is needed to know that the directory serves; the thread's end before that is a refusal.
 * libfuse installs handlers for SIGINT, SIGTERM and SIGHUP only where the default action stands;
 * the JVM has its own there, so that shutdown hooks keep working.
 */
final class JnrSession implements FuseBackend.Session {
  /** Far longer than a mount lives; libfuse and the kernel take it without overflow: 31 years. */
  private static final String FOREVER = "1000000000";

  private static final long INIT_SECONDS = 30;
  private static final int FLAG_NULLPATH_OK = 1;
  private static final int FLAG_NOPATH = 2;

  private final MountRequest request;
  private final LibFuse library = LibraryLoader.create(LibFuse.class).load("libfuse.so.2");
  private final Runtime runtime = Runtime.getSystemRuntime();
  private final FuseOperations table = new FuseOperations(runtime);
  private final CompletableFuture<Void> serving = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** jnr-ffi frees the native side of a callback with its object: they live as long as this. */
  private final List<Object> callbacks = new ArrayList<>();

  /** libfuse's handle from init to destroy; it is freed after that. */
  private @Nullable Pointer fuse;

  JnrSession(MountRequest request) {
    this.request = request;
    ImageOperations image = new ImageOperations(request.view(), new Failures(request.image()));
    set(table.init.offset(), Callbacks.Init.class, this::initialised);
    set(table.destroy.offset(), Callbacks.Destroy.class, this::destroyed);
    set(table.getattr.offset(), Callbacks.Struct.class, image::getattr);
    set(table.readlink.offset(), Callbacks.Buffer.class, image::readlink);
    set(table.open.offset(), Callbacks.Struct.class, image::open);
    set(table.read.offset(), Callbacks.Read.class, image::read);
    set(table.opendir.offset(), Callbacks.Struct.class, image::opendir);
    set(table.readdir.offset(), Callbacks.ReadDir.class, image::readdir);
    set(table.getxattr.offset(), Callbacks.GetXattr.class, image::getxattr);
    set(table.listxattr.offset(), Callbacks.Buffer.class, image::listxattr);
    set(table.statfs.offset(), Callbacks.Struct.class, image::statfs);
    set(table.access.offset(), Callbacks.Access.class, image::access);
    refuseWrites();
    Struct.getMemory(table)
        .putInt(table.bmap.offset() + Long.BYTES, FLAG_NULLPATH_OK | FLAG_NOPATH);
  }

  /** Returns when the directory serves; see {@link FuseBackend#start}. */
  void start() throws IOException {
    Thread loop = new Thread(this::serve, "ocifs-fuse " + request.dir());
    loop.setDaemon(true);
    loop.start();
    try {
      serving.get(INIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while mounting " + request.dir());
    } catch (TimeoutException e) {
      throw refused("the kernel did not answer within " + INIT_SECONDS + " s", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw refused(
          "libfuse refused the mount: " + (cause == null ? e : cause.getMessage()), cause);
    }
  }

  @Override
  public CompletableFuture<Void> ended() {
    return ended;
  }

  /**
   * Has {@code fuse_main} return after the next request; it then unmounts lazily and closes the
   * device.
   */
  @Override
  public synchronized void stop() {
    if (fuse != null) {
      library.fuse_exit(fuse);
    }
  }

  private void serve() {
    String[] arguments = arguments();
    try {
      int code =
          library.fuse_main_real(arguments.length, arguments, table, Struct.size(table), null);
      serving.completeExceptionally(new IOException("fuse_main returned " + code));
    } catch (RuntimeException | Error e) {
      serving.completeExceptionally(e);
    } finally {
      ended.complete(null);
    }
  }

  private @Nullable Pointer initialised(Pointer connection) {
    try {
      synchronized (this) {
        fuse = library.fuse_get_context().fuse.get();
      }
      serving.complete(null);
    } catch (Throwable e) {
      serving.completeExceptionally(e);
    }
    return null;
  }

  private synchronized void destroyed(@Nullable Pointer data) {
    fuse = null;
  }

  private OcifsException refused(String what, @Nullable Throwable cause) {
    return new OcifsException(Kind.MOUNT, "cannot mount at " + request.dir() + ": " + what, cause)
        .image(request.image())
        .hint("see libfuse's own words on standard error or in the mount's log");
  }

  private String[] arguments() {
    MountOptions o = request.options();
    List<String> options = new ArrayList<>();
    options.add("ro");
    options.add(o.suid() ? "suid" : "nosuid");
    options.add(o.dev() ? "dev" : "nodev");
    options.add("fsname=" + request.image().replaceAll("[^A-Za-z0-9._:/@+-]", "_"));
    options.add("subtype=ocifs");
    options.add("use_ino");
    options.add("kernel_cache");
    options.add("entry_timeout=" + FOREVER);
    options.add("attr_timeout=" + FOREVER);
    options.add("negative_timeout=" + FOREVER);
    options.add("max_read=131072");
    if (o.allowOther()) {
      options.add("allow_other");
      options.add("default_permissions");
    }
    List<String> arguments = new ArrayList<>(List.of("ocifs", "-f"));
    if (o.debug()) {
      arguments.add("-d");
    }
    arguments.addAll(List.of("-o", String.join(",", options)));
    arguments.add(request.dir().toAbsolutePath().toString());
    return arguments.toArray(String[]::new);
  }

  private <T> void set(long offset, Class<T> type, T callback) {
    callbacks.add(callback);
    Pointer function = runtime.getClosureManager().getClosurePointer(type, callback);
    Struct.getMemory(table).putPointer(offset, function);
  }

  /** The kernel refuses writes to a read-only mount itself; root may remount it writable. */
  private void refuseWrites() {
    Callbacks.Refuse refuse = () -> -Errno.EROFS;
    long[] writes = {
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
      table.write.offset(),
      table.setxattr.offset(),
      table.removexattr.offset(),
      table.create.offset(),
      table.utimens.offset()
    };
    for (long offset : writes) {
      set(offset, Callbacks.Refuse.class, refuse);
    }
  }
}
