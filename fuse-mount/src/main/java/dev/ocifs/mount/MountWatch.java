package dev.ocifs.mount;

import dev.ocifs.mount.internal.ffm.Descriptors;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * Notices the end of a mount that no process serves: a thread that sleeps until the kernel's table
 * of mounts changes, and looks whether this one is still there.
 */
final class MountWatch implements FuseBackend.Session {
  private static final Logger LOG = System.getLogger(MountWatch.class.getName());

  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Path dir;
  private final String device;
  private volatile boolean wanted = true;

  private MountWatch(Path dir, String device) {
    this.dir = dir;
    this.device = device;
  }

  /** Watches what is mounted at a directory now. */
  static MountWatch start(Path dir) throws IOException {
    MountTable.Entry entry =
        MountTable.at(dir).orElseThrow(() -> new IOException("nothing is mounted at " + dir));
    MountWatch watch = new MountWatch(dir, entry.device());
    int table = Descriptors.open(MountTable.TABLE, Descriptors.O_RDONLY | Descriptors.O_CLOEXEC);
    if (table < 0) {
      throw new IOException("cannot open " + MountTable.TABLE + ": errno " + -table);
    }
    boolean started = false;
    try {
      Thread.ofPlatform().daemon().name("ocifs-watch " + dir).start(() -> watch.run(table));
      started = true;
      return watch;
    } finally {
      if (!started) {
        int ignored = Descriptors.close(table);
      }
    }
  }

  private void run(int table) {
    try {
      while (wanted && isThere()) {
        int result = Descriptors.awaitChange(table);
        if (result < 0 && result != -Errno.EINTR) {
          throw new IOException("poll(2) gives errno " + -result);
        }
      }
      ended.complete(null);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot watch the mount at " + dir, e);
    } finally {
      int ignored = Descriptors.close(table);
    }
  }

  private boolean isThere() throws IOException {
    for (MountTable.Entry entry : MountTable.read()) {
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
