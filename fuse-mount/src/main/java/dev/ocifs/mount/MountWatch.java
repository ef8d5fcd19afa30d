package dev.ocifs.mount;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Notices the end of a mount that no process serves: a thread that sleeps until the kernel's table
 * of mounts changes, and looks whether this one is still there. Where it cannot look or sleep, as
 * when descriptors or memory have run out, it looks again a little later.
 */
final class MountWatch implements FuseBackend.Session {
  private static final Logger LOG = System.getLogger(MountWatch.class.getName());
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Path dir;
  private final String device;
  private final MountChanges changes;
  private final long pauseNanos;
  private volatile boolean wanted = true;

  /** Whether it has been said that something fails: once is enough. */
  private boolean told;

  private MountWatch(Path dir, String device, MountChanges changes, long pauseNanos) {
    this.dir = dir;
    this.device = device;
    this.changes = changes;
    this.pauseNanos = pauseNanos;
  }

  /** Watches what is mounted at a directory now. */
  static MountWatch start(Path dir) throws IOException {
    MountTable.Entry entry =
        MountTable.at(dir).orElseThrow(() -> new IOException("nothing is mounted at " + dir));
    return start(dir, entry.device(), MountChanges.open(), PAUSE_NANOS);
  }

  /**
   * Watches a mount.
   *
   * @param device its device number
   * @param changes what it closes at its end, also when this fails
   * @param pauseNanos how long after a failure to look again
   */
  static MountWatch start(Path dir, String device, MountChanges changes, long pauseNanos) {
    boolean started = false;
    try {
      MountWatch watch = new MountWatch(dir, device, changes, pauseNanos);
      Thread.ofPlatform().daemon().name("ocifs-watch " + dir).start(watch::run);
      started = true;
      return watch;
    } finally {
      if (!started) {
        changes.close();
      }
    }
  }

  private void run() {
    try (changes) {
      while (wanted && !sawTheEnd()) {
        // sawTheEnd() sleeps
      }
      ended.complete(null);
    }
  }

  /** Looks, and sleeps until there may be something else to be seen. */
  private boolean sawTheEnd() {
    try {
      if (!isThere()) {
        return true;
      }
      changes.await();
    } catch (IOException | OutOfMemoryError e) {
      LOG.log(told ? Level.DEBUG : Level.WARNING, "cannot watch the mount at " + dir + ": " + e);
      told = true;
      LockSupport.parkNanos(pauseNanos);
    }
    return false;
  }

  private boolean isThere() throws IOException {
    for (MountTable.Entry entry : changes.mounts()) {
      if (entry.device().equals(device) && entry.dir().equals(dir)) {
        return true;
      }
    }
    return false;
  }

  /** Lets the thread end when it next wakes. */
  void forget() {
    wanted = false;
  }

  @Override
  public CompletableFuture<Void> ended() {
    return ended;
  }
}
