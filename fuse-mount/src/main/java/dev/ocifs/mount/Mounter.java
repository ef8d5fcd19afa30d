package dev.ocifs.mount;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Mounts any number of images from one process and undoes them all at its end. Thread-safe. */
public final class Mounter implements Closeable {
  private static final Logger LOG = System.getLogger(Mounter.class.getName());

  /** In the order of preference; each is loaded when it is looked at. */
  private final ServiceLoader<FuseBackend> backends =
      ServiceLoader.load(FuseBackend.class, FuseBackend.class.getClassLoader());

  private final Set<Mount> mounts = new HashSet<>();

  /** Directories at which a mount is on its way: two may not pass the check for one of them. */
  private final Set<Path> claimed = new HashSet<>();

  private final Watcher watcher;
  private boolean closed;

  /** Notices the end of what is mounted at a directory. */
  interface Watcher {
    MountWatch watch(Path dir) throws IOException;
  }

  public Mounter() {
    this(MountWatch::start);
  }

  /** With another way to watch mounts that the kernel serves alone. */
  Mounter(Watcher watcher) {
    this.watcher = watcher;
  }

  /**
   * Makes a backend ready, in the background, for a caller who will mount but has something else to
   * do first. What is wrong with the backend, {@link #mount} will say.
   */
  public void prepare(String backend) {
    Thread.ofPlatform()
        .daemon()
        .name("ocifs-prepare")
        .start(
            () -> {
              try {
                backend(MountOptions.defaults().withBackend(backend)).prepare();
              } catch (OcifsException | LinkageError e) {
                LOG.log(Level.DEBUG, "backend " + backend, e);
              }
            });
  }

  /**
   * Mounts an image; returns when the directory serves its tree.
   *
   * @throws OcifsException of the kind MOUNT when directory or machine do not allow it, USAGE for
   *     an unknown backend
   */
  public Mount mount(MountRequest request) throws IOException {
    return mount(request, MountPoint.Host.current());
  }

  private Mount mount(MountRequest request, MountPoint.Host host) throws IOException {
    Path dir = MountTable.resolve(request.dir());
    claim(dir);
    try {
      Start start = start(request, dir, host);
      Mount mount = null;
      try {
        mount = new Mount(request, start.backend(), start.session());
      } finally {
        if (mount == null) {
          Unmounter.cut(dir); // nobody else would know of it
        }
      }
      keep(mount);
      return mount;
    } finally {
      release(dir);
    }
  }

  /** What has begun to show a tree. */
  private record Start(String backend, FuseBackend.Session session) {}

  private Start start(MountRequest request, Path dir, MountPoint.Host host) throws IOException {
    MountOptions options = request.options();
    Optional<NativeBackend> kernel = nativeBackend(request);
    if (kernel.isPresent() && mountNatively(kernel.get(), request)) {
      return new Start(kernel.get().name(), watch(request, dir));
    }
    FuseBackend backend = backend(options);
    MountPoint.check(request.dir(), options, host);
    return new Start(backend.name(), backend.start(request));
  }

  /** Whether it did; another backend may have a try when any will do. */
  private static boolean mountNatively(NativeBackend backend, MountRequest request)
      throws IOException {
    MountPoint.checkPlace(request.dir());
    try {
      backend.mount(request);
      return true;
    } catch (OcifsException e) {
      if (backend.name().equals(request.options().backend())) {
        throw e;
      }
      notTaken(backend.name(), request.options(), e);
      return false;
    }
  }

  /** What cannot be watched is undone: nobody else would know of it. */
  private FuseBackend.Session watch(MountRequest request, Path dir) throws OcifsException {
    try {
      return watcher.watch(dir);
    } catch (IOException | RuntimeException | Error e) {
      OcifsException failure =
          new OcifsException(Kind.MOUNT, "cannot watch the mount at " + dir, e)
              .image(request.image());
      try {
        Unmounter.cut(dir);
      } catch (OcifsException left) {
        failure.addSuppressed(left);
      }
      throw failure;
    }
  }

  /**
   * Mounts many images, several at once; returns when each is served or has failed.
   *
   * @param allOrNothing whether the first failure ends it all: then nothing stays mounted
   * @return one result a request, in their order
   */
  public List<MountResult> mountAll(List<MountRequest> requests, boolean allOrNothing) {
    MountResult[] results = new MountResult[requests.size()];
    AtomicBoolean failed = new AtomicBoolean();
    MountPoint.Host host;
    try {
      host = MountPoint.Host.current();
    } catch (OcifsException e) {
      return requests.stream().map(request -> MountResult.of(request, e)).toList();
    }
    int threads = Math.clamp(requests.size(), 1, 2 * Runtime.getRuntime().availableProcessors());
    // Closing the pool waits for all that was submitted.
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      for (int i = 0; i < results.length; i++) {
        int at = i;
        workers.execute(
            () -> {
              if (!allOrNothing || !failed.get()) {
                results[at] = tryMount(requests.get(at), host);
                if (results[at].failure().isPresent()) {
                  failed.set(true);
                }
              }
            });
      }
    }
    return allOrNothing && failed.get() ? undo(requests, results) : List.of(results);
  }

  private MountResult tryMount(MountRequest request, MountPoint.Host host) {
    try {
      return MountResult.of(request, mount(request, host));
    } catch (IOException e) {
      return MountResult.of(request, e);
    } catch (RuntimeException | Error e) {
      return MountResult.of(
          request, new OcifsException(Kind.MOUNT, "cannot mount at " + request.dir(), e));
    }
  }

  private static List<MountResult> undo(
      List<MountRequest> requests, @Nullable MountResult[] results) {
    List<MountResult> undone = new ArrayList<>();
    for (int i = 0; i < results.length; i++) {
      MountResult result = results[i];
      if (result == null || result.mount().isPresent()) {
        IOException why =
            new OcifsException(Kind.MOUNT, "not mounted, as another mount of the batch failed");
        if (result != null) {
          try {
            result.mount().get().close();
          } catch (IOException e) {
            why = e;
          }
        }
        result = MountResult.of(requests.get(i), why);
      }
      undone.add(result);
    }
    return undone;
  }

  private synchronized void claim(Path dir) throws OcifsException {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    if (!claimed.add(dir)) {
      throw new OcifsException(Kind.MOUNT, "another mount at " + dir + " is on its way")
          .hint("choose another directory");
    }
  }

  private synchronized void release(Path dir) {
    claimed.remove(dir);
  }

  private void keep(Mount mount) throws IOException {
    boolean late;
    synchronized (this) {
      late = closed;
      if (!late) {
        mounts.add(mount);
      }
    }
    if (late) {
      mount.close();
      throw new IllegalStateException("closed");
    }
    mount.whenEnded(() -> forget(mount));
  }

  private synchronized void forget(Mount mount) {
    mounts.remove(mount);
    notifyAll();
  }

  /**
   * Lets a mount that the kernel serves alone live on after this process: it is none of this
   * mounter's any more.
   *
   * @throws IllegalStateException when this process serves it
   */
  public void detach(Mount mount) {
    mount.detach();
    forget(mount);
  }

  /** The mounts that serve now. */
  public synchronized List<Mount> mounts() {
    return List.copyOf(mounts);
  }

  /** Waits until nothing is mounted, whoever undid it. */
  public synchronized void awaitNone() throws InterruptedException {
    while (!mounts.isEmpty()) {
      wait();
    }
  }

  /** Unmounts all, and at the first failure goes on with the rest. Closing again does nothing. */
  @Override
  public void close() {
    closeAll(Mount::close);
  }

  /** A way to close a mount. */
  private interface Closing {
    void close(Mount mount) throws IOException;
  }

  private void closeAll(Closing closing) {
    List<Mount> open;
    synchronized (this) {
      closed = true;
      open = mounts();
    }
    List<Mount> left = new ArrayList<>();
    for (Mount mount : open) {
      try {
        closing.close(mount);
      } catch (IOException | RuntimeException | Error e) {
        left.add(mount); // what failed for a moment, as reading the mount table, may do so no more
      }
    }
    for (Mount mount : left) {
      try {
        closing.close(mount);
      } catch (IOException | RuntimeException | Error e) {
        LOG.log(Level.ERROR, e.getMessage());
      }
    }
  }

  /** Unmounts all when the JVM ends, by SIGTERM, SIGINT or of itself. */
  public void closeOnShutdown() {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> closeAll(Mount::closeAtExit), "ocifs-unmount"));
  }

  /**
   * Returns when the backend that is asked for can work on this machine, whatever the image.
   *
   * @throws OcifsException of the kind MOUNT when directory or machine do not allow it, USAGE for
   *     an unknown backend
   */
  public static void check(Path dir, MountOptions options) throws OcifsException {
    Optional<NativeBackend> kernel = nativeNamed(options.backend());
    if (kernel.isPresent()) {
      kernel.get().check();
      MountPoint.checkPlace(dir);
    } else {
      MountPoint.check(dir, options);
    }
  }

  /** Whether a backend of this name lets the kernel serve alone, from uncompressed layers. */
  public static boolean isNative(String backend) {
    return nativeNamed(backend).isPresent();
  }

  /** Looked up when first asked for. */
  private static final class Natives {
    static final List<NativeBackend> ALL =
        ServiceLoader.load(NativeBackend.class, NativeBackend.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
  }

  private static Optional<NativeBackend> nativeNamed(String name) {
    for (NativeBackend backend : Natives.ALL) {
      if (backend.name().equals(name)) {
        return Optional.of(backend);
      }
    }
    return Optional.empty();
  }

  /** The native backend that is asked for, or that machine and image allow when any will do. */
  private Optional<NativeBackend> nativeBackend(MountRequest request) throws IOException {
    MountOptions options = request.options();
    if (!options.backend().equals(MountOptions.AUTO)) {
      Optional<NativeBackend> named = nativeNamed(options.backend());
      if (named.isPresent()) {
        named.get().check();
        named.get().check(request.view());
      }
      return named;
    }
    for (NativeBackend backend : Natives.ALL) {
      try {
        backend.check();
        backend.check(request.view());
        return Optional.of(backend);
      } catch (OcifsException e) {
        notTaken(backend.name(), options, e);
      }
    }
    return Optional.empty();
  }

  private static void notTaken(String backend, MountOptions options, OcifsException why) {
    LOG.log(
        options.debug() ? Level.INFO : Level.DEBUG,
        "backend " + backend + " is not taken: " + why.getMessage());
  }

  /** The backend that is asked for, which works on this machine. */
  private FuseBackend backend(MountOptions options) throws OcifsException {
    String name = options.backend();
    return name.equals(MountOptions.AUTO) ? firstThatWorks(options) : named(name);
  }

  private synchronized FuseBackend firstThatWorks(MountOptions options) throws OcifsException {
    OcifsException why = null;
    for (FuseBackend backend : backends) {
      try {
        backend.check();
        return backend;
      } catch (OcifsException e) {
        notTaken(backend.name(), options, e);
        why = why == null ? e : why;
      }
    }
    throw why == null ? new OcifsException(Kind.MOUNT, "there is no backend") : why;
  }

  private synchronized FuseBackend named(String name) throws OcifsException {
    List<String> known = new ArrayList<>(List.of(MountOptions.AUTO));
    for (FuseBackend backend : backends) {
      if (backend.name().equals(name)) {
        backend.check();
        return backend;
      }
      known.add(backend.name());
    }
    Natives.ALL.forEach(backend -> known.add(backend.name()));
    throw new OcifsException(Kind.USAGE, "no backend is called " + name)
        .hint("choose one of: " + String.join(", ", known));
  }
}
