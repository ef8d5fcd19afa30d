package dev.ocifs.mount;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** A view that is shown at a directory. Thread-safe; closing it twice does no harm. */
public final class Mount implements Closeable {
  private final MountRequest request;
  private final FuseBackend.Session session;

  Mount(MountRequest request, FuseBackend.Session session) {
    this.request = request;
    this.session = session;
  }

  public Path dir() {
    return request.dir();
  }

  public String image() {
    return request.image();
  }

  /** Waits until the directory has been unmounted, by whomever. */
  public void awaitUnmounted() throws InterruptedException {
    session.awaitEnd();
  }

  /**
   * Unmounts the directory and waits until nothing is served any more. When files are in use, the
   * directory goes at once and the files stay readable until they are closed.
   */
  @Override
  public void close() throws IOException {
    try {
      if (MountTable.read().at(request.dir()).isPresent()) {
        Unmounter.unmount(request.dir(), true);
      }
      session.awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
