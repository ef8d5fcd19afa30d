package dev.ocifs.oci.store;

import dev.ocifs.oci.OcifsException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file that is being written and that nobody sees before {@link #commit}. Closing it without a
 * commit leaves nothing. Not thread-safe.
 *
 * <p>It is written in the store's tmp folder and locked there as long as it is open, so that what a
 * process that died left behind can be told from what another is writing.
 */
public final class PendingFile implements Closeable {
  /** What the names of this process's files have after the target's. */
  private static final String OWN = "." + ProcessHandle.current().pid() + ".";

  private static final AtomicLong COUNTER = new AtomicLong();

  /**
   * Files of this process that wait to be committed: a process that is told to end takes them
   * along.
   */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> OPEN.forEach(path -> path.toFile().delete()), "ocifs-pending"));
  }

  private final Path tmp;
  private final Path target;
  private final FileChannel channel;
  private boolean committed;

  private PendingFile(Path tmp, Path target, FileChannel channel) {
    this.tmp = tmp;
    this.target = target;
    this.channel = channel;
  }

  static PendingFile create(Path folder, Path target) throws IOException {
    try {
      while (true) {
        Path tmp = folder.resolve(target.getFileName() + OWN + COUNTER.incrementAndGet());
        FileChannel channel =
            FileChannel.open(
                tmp,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        OPEN.add(tmp);
        channel.lock();
        // Before it was locked, another process may have taken it for an abandoned one.
        if (Files.exists(tmp)) {
          return new PendingFile(tmp, target, channel);
        }
        channel.close();
        OPEN.remove(tmp);
      }
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  /** Where to write; it stays the pending file's. */
  public FileChannel channel() {
    return channel;
  }

  /**
   * Makes the file durable and then visible at its target, in place of what was there.
   *
   * @throws OcifsException {@code STORE} when the disk is full or fails; the target is then what it
   *     was
   */
  public void commit() throws IOException {
    try {
      channel.force(true);
      Path folder = Objects.requireNonNull(target.getParent());
      Files.createDirectories(folder);
      Files.move(tmp, target, StandardCopyOption.ATOMIC_MOVE);
      committed = true;
      try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        directory.force(true);
      }
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      if (!committed) {
        Files.deleteIfExists(tmp);
      }
    } finally {
      OPEN.remove(tmp);
    }
  }

  /** Deletes what processes that are no more left in the folder. */
  static void removeAbandoned(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        // To open and close a file of this process would give its lock back, as POSIX locks are.
        if (!file.getFileName().toString().contains(OWN)) {
          removeUnlocked(file);
        }
      }
    }
  }

  private static void removeUnlocked(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      // It has just been committed.
    }
  }

  private static OcifsException failed(Path target, IOException e) {
    if (e instanceof OcifsException o) {
      return o;
    }
    return new OcifsException(
            OcifsException.Kind.STORE, "cannot write " + target + ": " + e.getMessage(), e)
        .hint("make room on the disk of the store, or choose another with --root");
  }
}
