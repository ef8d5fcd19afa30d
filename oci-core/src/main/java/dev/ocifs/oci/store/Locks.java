package dev.ocifs.oci.store;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The lock files of a store. The kernel's record locks belong to a process and fall when it closes
 * any descriptor of the file, so that threads queue on a semaphore first and each file is open once
 * in a process. Lock files are empty and stay: removing one would let two processes lock two files
 * of one name.
 */
final class Locks {
  /** By path, for all stores of the process: two of them may share a root. */
  private static final Map<Path, Semaphore> IN_PROCESS = new ConcurrentHashMap<>();

  private final Path folder;

  Locks(Path folder) {
    this.folder = folder;
  }

  BuildLock acquire(String name) throws IOException {
    Path file = file(name);
    Semaphore semaphore = semaphore(file);
    try {
      semaphore.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OcifsException(
          OcifsException.Kind.STORE, "interrupted while waiting for " + file, e);
    }
    return Objects.requireNonNull(lock(file, semaphore, true));
  }

  /** The lock, unless somebody holds it. */
  Optional<BuildLock> tryAcquire(String name) throws IOException {
    Path file = file(name);
    Semaphore semaphore = semaphore(file);
    return semaphore.tryAcquire()
        ? Optional.ofNullable(lock(file, semaphore, false))
        : Optional.empty();
  }

  private Path file(String name) {
    return folder.resolve(name + ".lock");
  }

  private static Semaphore semaphore(Path file) {
    return IN_PROCESS.computeIfAbsent(file, key -> new Semaphore(1, true));
  }

  /** Releases the semaphore unless it returns a lock; null only when not waiting. */
  private static @Nullable BuildLock lock(Path file, Semaphore semaphore, boolean wait)
      throws IOException {
    FileChannel channel = null;
    boolean locked = false;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (wait) {
        channel.lock();
        locked = true;
      } else {
        locked = channel.tryLock() != null;
      }
      return locked ? new BuildLock(channel, semaphore) : null;
    } catch (IOException e) {
      throw PendingFile.explain(file, e);
    } finally {
      if (!locked) {
        closeQuietly(channel);
        semaphore.release();
      }
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // the error that brought us here is the one to report
      }
    }
  }
}
