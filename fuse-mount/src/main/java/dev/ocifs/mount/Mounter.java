package dev.ocifs.mount;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Mounts any number of images from one process and undoes them all at its end. Thread-safe. */
public final class Mounter implements Closeable {
  private static final Logger LOG = System.getLogger(Mounter.class.getName());

  private final Set<Mount> mounts = ConcurrentHashMap.newKeySet();
  private boolean closed;

  public Mounter() {}

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
                backend(backend).prepare();
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
  public synchronized Mount mount(MountRequest request) throws IOException {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    FuseBackend backend = backend(request.options().backend());
    MountPoint.check(request.dir(), request.options());
    Mount mount = new Mount(request, backend.start(request));
    mounts.add(mount);
    mount.whenEnded(() -> mounts.remove(mount));
    return mount;
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
      open = new ArrayList<>(mounts);
    }
    for (Mount mount : open) {
      try {
        closing.close(mount);
      } catch (IOException e) {
        LOG.log(Level.ERROR, e.getMessage());
      }
    }
  }

  /** Unmounts all when the JVM ends, by SIGTERM, SIGINT or of itself. */
  public void closeOnShutdown() {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> closeAll(Mount::closeAtExit), "ocifs-unmount"));
  }

  private static FuseBackend backend(String name) throws OcifsException {
    List<FuseBackend> backends =
        ServiceLoader.load(FuseBackend.class, FuseBackend.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .collect(Collectors.toList());
    for (FuseBackend backend : backends) {
      if (backend.name().equals(name)) {
        return backend;
      }
    }
    String known = backends.stream().map(FuseBackend::name).collect(Collectors.joining(", "));
    throw new OcifsException(Kind.USAGE, "no FUSE backend is called " + name)
        .hint("choose one of: " + known);
  }
}
