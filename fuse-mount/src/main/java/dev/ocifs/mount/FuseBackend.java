package dev.ocifs.mount;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.Optional;

/** A way to serve a view to the kernel. Thread-safe. */
public interface FuseBackend {

  /** What {@code --backend} calls it. */
  String name();

  /** Why this machine or this user cannot use it; empty when it can be used. */
  Optional<OcifsException> obstacle();

  /**
   * Mounts a view and serves it from threads of its own.
   *
   * @return when the directory shows the view
   * @throws OcifsException {@code MOUNT} when it cannot be mounted; nothing is left then
   */
  Session start(MountRequest request) throws IOException;

  /** A view that is being served. Thread-safe. */
  interface Session {
    /**
     * Waits until the kernel has ended the connection, as it does when the directory is unmounted.
     */
    void awaitEnd() throws InterruptedException;
  }
}
