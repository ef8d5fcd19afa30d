package dev.ocifs.mount;

import dev.ocifs.oci.OcifsException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Shows views at directories, any number from one process. Thread-safe; closing it unmounts all.
 */
public final class Mounter implements Closeable {
  private final FuseBackend backend;
  private final List<Mount> mounts = new CopyOnWriteArrayList<>();

  public Mounter(FuseBackend backend) {
    this.backend = backend;
  }

  /** A mounter with the backend that {@code --backend} calls so. */
  public static Mounter withBackend(String name) throws OcifsException {
    List<String> names = new ArrayList<>();
    for (FuseBackend backend : ServiceLoader.load(FuseBackend.class)) {
      if (backend.name().equals(name)) {
        return new Mounter(backend);
      }
      names.add(backend.name());
    }
    throw new OcifsException(OcifsException.Kind.USAGE, "there is no backend '" + name + "'")
        .hint("choose one of: " + String.join(", ", names));
  }

  /**
   * Checks whether a view can be mounted there: directory and machine are as they must be.
   *
   * @throws OcifsException {@code MOUNT} or {@code NOT_FOUND}, saying what is in the way and what
   *     to do
   */
  public void check(Path dir) throws IOException {
    MountPoint.check(dir);
    Optional<OcifsException> obstacle = backend.obstacle();
    if (obstacle.isPresent()) {
      throw obstacle.get();
    }
  }

  /**
   * Shows a view at a directory.
   *
   * @return when the directory shows it
   * @throws OcifsException {@code MOUNT} or {@code NOT_FOUND}; nothing is left then
   */
  public Mount mount(MountRequest request) throws IOException {
    check(request.dir());
    Mount mount = new Mount(request, backend.start(request));
    mounts.add(mount);
    return mount;
  }

  /** Makes the end of the process, by SIGTERM and SIGINT too, unmount all first. */
  public void closeOnShutdown() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    close();
                  } catch (IOException e) {
                    System.getLogger(Mounter.class.getName())
                        .log(System.Logger.Level.WARNING, "cannot unmount", e);
                  }
                },
                "ocifs-unmount"));
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (Mount mount : List.copyOf(mounts)) {
      try {
        mount.close();
        mounts.remove(mount);
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
