package dev.ocifs.oci.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names and life of the files in {@code tmp}. A file is in use while its writer holds a lock on it:
 * unlike a process number this holds across containers that share a store. Files are created under
 * the store's gate lock, so that none is seen before its lock is.
 */
final class TempFiles {
  private static final AtomicLong COUNTER = new AtomicLong();

  /** Files of this process, which its own locks cannot protect from itself. */
  private static final Set<Path> LIVE = ConcurrentHashMap.newKeySet();

  static {
    // A process that is told to end takes along what it has not finished.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> LIVE.forEach(file -> file.toFile().delete()), "ocifs-pending"));
  }

  private TempFiles() {}

  /** A new name, known as in use until {@link #forget}. */
  static Path claim(Path folder) {
    Path file =
        folder.resolve(
            ProcessHandle.current().pid()
                + "-"
                + Long.toHexString(System.nanoTime())
                + "-"
                + COUNTER.getAndIncrement()
                + ".tmp");
    LIVE.add(file);
    return file;
  }

  static void forget(Path file) {
    LIVE.remove(file);
  }

  /** Deletes the files whose writers are dead. */
  static void removeStale(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.tmp")) {
      for (Path file : files) {
        if (!LIVE.contains(file)) {
          removeIfStale(file);
        }
      }
    }
  }

  private static void removeIfStale(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException | OverlappingFileLockException e) {
      // its writer has just finished, or it is this process under another name of the folder
    }
  }
}
