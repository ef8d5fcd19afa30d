package dev.ocifs.oci.store;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Locks by name, between threads and between processes. The files stay: to delete one that another
 * process has just opened would give the lock to two. Thread-safe.
 */
final class LockFiles {
  /** Between the threads of this process; a file lock is the whole process's. */
  private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final Path folder;

  LockFiles(Path folder) {
    this.folder = folder;
  }

  BuildLock take(String name) throws IOException {
    Path file = folder.resolve(name);
    ReentrantLock thread = THREADS.computeIfAbsent(file, path -> new ReentrantLock());
    thread.lock();
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        channel.lock();
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      return () -> release(thread, channel);
    } catch (IOException e) {
      thread.unlock();
      throw new OcifsException(
              OcifsException.Kind.STORE, "cannot lock " + file + ": " + e.getMessage(), e)
          .hint("make room on the disk of the store, or choose another with --root");
    } catch (RuntimeException e) {
      thread.unlock();
      throw e;
    }
  }

  private static void release(ReentrantLock thread, FileChannel channel) {
    try {
      channel.close(); // Gives the file lock back.
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } finally {
      thread.unlock();
    }
  }
}
