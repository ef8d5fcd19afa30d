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
import java.util.ArrayList;
import java.util.List;
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

  /**
   * The files whose writers are dead: a name is never used again, so that they stay so. The caller
   * holds the gate lock of the store.
   */
  static List<Path> stale(Path folder) throws IOException {
    List<Path> stale = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.tmp")) {
      for (Path file : files) {
        if (!LIVE.contains(file) && isStale(file)) {
          stale.add(file);
        }
      }
    }
    return stale;
  }

  private static boolean isStale(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock != null;
    } catch (NoSuchFileException | OverlappingFileLockException e) {
      return false; // just finished, or it is this process under another name of the folder
    }
  }
}
