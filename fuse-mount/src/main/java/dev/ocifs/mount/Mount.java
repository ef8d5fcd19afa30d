package dev.ocifs.mount;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An image at a directory, served by this process or for it by the kernel. Thread-safe.
 *
 * <p>It ends by {@link #close} or by anyone's umount. After either the view is called no more.
 */
public final class Mount implements Closeable {
  /** How long calls under way may take before the connection is cut from outside. */
  private static final long GRACE_MILLIS = 1000;

  private static final long END_MILLIS = 10_000;

  private final Path dir;
  private final String image;
  private final String backend;
  private final CompletableFuture<Void> ended;

  /** The device number: tells this mount from one that hides it or came after it. */
  private final Optional<String> device;

  /** Present when the kernel serves it alone. */
  private final Optional<MountWatch> watch;

  Mount(MountRequest request, String backend, FuseBackend.Session session) throws IOException {
    this.dir = MountTable.resolve(request.dir());
    this.image = request.image();
    this.backend = backend;
    this.ended = session.ended();
    this.watch = session instanceof MountWatch w ? Optional.of(w) : Optional.empty();
    this.device = MountTable.deviceAt(dir);
  }

  /** Where, without symbolic links. */
  public Path dir() {
    return dir;
  }

  /** The image as the user named it. */
  public String image() {
    return image;
  }

  /** The name of the backend that serves it. */
  public String backend() {
    return backend;
  }

  /** Whether the kernel serves it alone: then it can outlive this process. */
  public boolean isNative() {
    return watch.isPresent();
  }

  void detach() {
    watch.orElseThrow(() -> new IllegalStateException("this process serves it")).forget();
  }

  /** Waits until the mount has gone, whoever undid it. */
  public void awaitUnmounted() throws InterruptedException {
    try {
      ended.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs an action that throws nothing when the mount has gone. */
  public void whenEnded(Runnable action) {
    CompletableFuture<Void> ignored = ended.thenRun(action);
  }

  /**
   * Unmounts and waits until no call to the view is under way. When programs still use the tree, it
   * leaves the directory at once, and they get errors (ENOTCONN) from then on. Closing again does
   * nothing.
   *
   * @throws OcifsException when the mount could not be undone
   */
  @Override
  public synchronized void close() throws IOException {
    takeOffDirectory();
    if (!endsWithin(GRACE_MILLIS)) {
      abort();
      if (!endsWithin(END_MILLIS)) {
        throw new OcifsException(Kind.MOUNT, "programs still use what was mounted at " + dir)
            .image(image)
            .hint("end them, then this process ends too");
      }
    }
  }

  /**
   * Closes it in a process that is about to end, which cuts the connection to the kernel whatever
   * programs use: they are not waited for.
   */
  synchronized void closeAtExit() throws IOException {
    takeOffDirectory();
    boolean ignored = endsWithin(GRACE_MILLIS);
  }

  private void takeOffDirectory() throws IOException {
    if (ended.isDone() || !isVisible()) {
      return;
    }
    try {
      Unmounter.unmount(dir, false);
    } catch (OcifsException busy) {
      if (!ended.isDone() && isVisible()) {
        Unmounter.cut(dir);
      }
    }
  }

  private boolean isVisible() throws IOException {
    return MountTable.deviceAt(dir).equals(device);
  }

  private boolean endsWithin(long millis) throws IOException {
    try {
      ended.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while unmounting " + dir);
    }
  }

  /** Cuts the connection to the kernel by the fusectl file system, where it is mounted. */
  private void abort() throws IOException {
    if (device.isPresent()) {
      String minor = device.get().substring(device.get().indexOf(':') + 1);
      Path control = Path.of("/sys/fs/fuse/connections", minor, "abort");
      if (Files.isWritable(control)) {
        Files.writeString(control, "1", StandardOpenOption.WRITE);
      }
    }
  }
}
