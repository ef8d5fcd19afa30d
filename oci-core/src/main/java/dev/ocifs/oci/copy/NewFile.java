package dev.ocifs.oci.copy;

import dev.ocifs.oci.OcifsException;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file outside of the store that is being written, under a hidden name until it is committed. It
 * is removed when it is closed without that, and also when the process ends in order; one that is
 * killed leaves it. Not thread-safe.
 */
final class NewFile extends OutputStream {
  /** Those of this process; whoever deletes one takes it out. */
  private static final Set<Path> PENDING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(NewFile::removeAll, "ocifs-copy-cleanup"));
  }

  private final Path target;
  private final Path tmp;
  private final FileChannel channel;
  private boolean committed;

  private NewFile(Path target, Path tmp, FileChannel channel) {
    this.target = target;
    this.tmp = tmp;
    this.channel = channel;
  }

  /**
   * Begins a file.
   *
   * @param folder where it lies until it is committed, on the file system of the target
   * @throws OcifsException {@code IO} when it cannot be written there
   */
  static NewFile create(Path folder, Path target) throws OcifsException {
    long random = ThreadLocalRandom.current().nextLong();
    Path tmp = folder.resolve(".ocifs-" + Long.toHexString(random) + ".tmp");
    PENDING.add(tmp);
    try {
      return new NewFile(
          target,
          tmp,
          FileChannel.open(tmp, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    } catch (IOException e) {
      PENDING.remove(tmp);
      throw explain(target, e);
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int off, int len) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, off, len);
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      throw explain(target, e);
    }
  }

  /** Puts the file in its place, replacing one that is there, once it is safe on disk. */
  void commit() throws OcifsException {
    try {
      channel.force(true);
      Files.move(tmp, target, StandardCopyOption.ATOMIC_MOVE);
      committed = true;
    } catch (IOException e) {
      throw explain(target, e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (!committed) {
      Files.deleteIfExists(tmp);
    }
    PENDING.remove(tmp);
  }

  private static void removeAll() {
    for (Path tmp : PENDING) {
      try {
        Files.deleteIfExists(tmp);
      } catch (IOException e) {
        // the process ends: there is nobody to tell
      }
    }
  }

  /** The error that says which file cannot be written, and what to do. */
  static OcifsException explain(Path file, IOException failure) {
    if (failure instanceof OcifsException known) {
      return known;
    }
    String reason =
        failure instanceof AccessDeniedException
            ? "permission denied"
            : failure instanceof FileSystemException known && known.getReason() != null
                ? known.getReason()
                : failure.getClass().getSimpleName() + ": " + failure.getMessage();
    OcifsException error =
        new OcifsException(OcifsException.Kind.IO, "cannot write " + file + ": " + reason, failure);
    return reason.contains("No space left") || reason.contains("quota exceeded")
        ? error.hint("free space there, or name another place")
        : error;
  }
}
