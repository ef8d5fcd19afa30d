package dev.ocifs.oci.store;

import dev.ocifs.oci.OcifsException;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file of the store that is being written, under another name until {@link #commit}: whatever
 * happens before, nothing is seen at its place; whatever happens after, all of it is.
 *
 * <p>Whoever created it closes it; closed without a commit it is gone. Not thread-safe, except that
 * its {@link #channel} is.
 */
public final class PendingFile implements Closeable {
  private final Path tmp;
  private final Path target;
  private final FileChannel channel;
  private @Nullable DirectOutput direct;
  private boolean committed;
  private boolean closed;

  private PendingFile(Path tmp, Path target, FileChannel channel) {
    this.tmp = tmp;
    this.target = target;
    this.channel = channel;
  }

  /** The caller holds the gate lock of the store. */
  static PendingFile create(Path tmpDir, Path target) throws IOException {
    Path folder = target.getParent();
    if (folder == null) {
      throw new IllegalArgumentException("not a file: " + target);
    }
    StoreRoot.createFolders(folder);
    Path tmp = TempFiles.claim(tmpDir);
    FileChannel channel = null;
    PendingFile pending = null;
    try {
      channel =
          FileChannel.open(
              tmp,
              Set.of(
                  StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      if (channel.tryLock() == null) {
        throw new IOException(tmp + " is locked by another process");
      }
      pending = new PendingFile(tmp, target, channel);
      return pending;
    } finally {
      if (pending == null) {
        TempFiles.forget(tmp);
        if (channel != null) {
          channel.close();
          Files.deleteIfExists(tmp);
        }
      }
    }
  }

  /** Where the file will be. */
  public Path target() {
    return target;
  }

  /** Where the file is as long as it is pending. */
  public Path path() {
    return tmp;
  }

  /**
   * The file, open for reading and writing. Errors of its methods are plain: {@link
   * #explain(IOException)} makes them say what to do.
   */
  public FileChannel channel() {
    return channel;
  }

  /**
   * Appends all that remains in the buffer.
   *
   * @throws OcifsException {@code STORE} when the disk is full or not writable
   */
  public void write(ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw explain(e);
    }
  }

  /**
   * A way to append content that is long and not read soon, past the page cache where that can be.
   * What was written there is in the file after a flush; this file closes it, and nothing else
   * writes while it is used.
   */
  public OutputStream bulk() throws IOException {
    if (direct == null) {
      direct = new DirectOutput(tmp, target, channel, channel.size());
    }
    return direct;
  }

  /**
   * Puts the file in its place, replacing one that is there, and returns when it is safe on disk.
   *
   * @throws OcifsException {@code STORE} when the disk is full or not writable
   */
  public void commit() throws IOException {
    requirePending();
    try {
      channel.force(true);
      publish();
      syncFolder(target);
    } catch (IOException e) {
      throw explain(e);
    }
  }

  /**
   * Puts the file in its place, replacing one that is there, and does not wait for the disk: a
   * crash of the machine may leave it empty or cut. For what can be made again and is checked
   * whenever it is read.
   *
   * @throws OcifsException {@code STORE} when the disk is full or not writable
   */
  public void publish() throws IOException {
    requirePending();
    try {
      Files.move(tmp, target, StandardCopyOption.ATOMIC_MOVE);
      committed = true;
    } catch (IOException e) {
      throw explain(e);
    }
  }

  /**
   * Gives the file one more name, which must be free, and does not wait for the disk. It keeps that
   * name whatever becomes of {@link #target}; folders above it are created.
   *
   * @throws java.nio.file.FileAlreadyExistsException when the name is taken
   */
  public void link(Path name) throws IOException {
    requirePending();
    Path folder = name.getParent();
    if (folder == null) {
      throw new IllegalArgumentException("not a file: " + name);
    }
    StoreRoot.createFolders(folder);
    Files.createLink(name, tmp);
  }

  private void requirePending() {
    if (committed || closed) {
      throw new IllegalStateException("committed or closed already: " + target);
    }
  }

  /** Deletes what was written unless it was committed. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (!committed) {
        Files.deleteIfExists(tmp);
      }
    } finally {
      TempFiles.forget(tmp);
      try {
        if (direct != null) {
          direct.close(); // not before: the lock on the file falls with it
        }
      } finally {
        channel.close();
      }
    }
  }

  /** The same failure, as one that says which file of the store and what to do. */
  public OcifsException explain(IOException failure) {
    return explain(target, failure);
  }

  static OcifsException explain(Path file, IOException failure) {
    if (failure instanceof OcifsException known) {
      return known;
    }
    String reason = reason(failure);
    OcifsException error =
        new OcifsException(
            OcifsException.Kind.STORE, "store: cannot write " + file + ": " + reason, failure);
    String lower = reason.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left") || lower.contains("quota exceeded")) {
      return error.hint("free space there, or give another place with --root");
    }
    if (lower.contains("read-only") || lower.contains("denied") || lower.contains("permitted")) {
      return error.hint("give a place that you can write with --root");
    }
    return error;
  }

  private static String reason(IOException failure) {
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason();
    }
    String message = failure.getMessage();
    return failure.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }

  private static void syncFolder(Path file) throws IOException {
    Path folder = file.getParent();
    if (folder != null) {
      try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        directory.force(true);
      }
    }
  }
}
