package dev.ocifs.oci.lazy;

import dev.ocifs.oci.OcifsException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file that stays open when a thread is interrupted in the middle of a read, which closes a
 * {@link FileChannel} for all: only that thread's read fails, the next opens the file again, under
 * whichever of its names it then has. Thread-safe.
 */
final class SteadyFile implements Closeable {
  private final List<Path> names;
  private final Object key;
  private FileChannel channel;
  private boolean closed;

  private SteadyFile(List<Path> names, Object key, FileChannel channel) {
    this.names = names;
    this.key = key;
    this.channel = channel;
  }

  /**
   * Opens a file for reading and writing.
   *
   * @param later the name that it may be given while it is open
   */
  static SteadyFile open(Path name, Path later) throws IOException {
    FileChannel channel = openChannel(name);
    SteadyFile file = null;
    try {
      Object key = Objects.requireNonNull(keyOf(name), "a file system without file keys");
      file = new SteadyFile(List.of(name, later), key, channel);
      return file;
    } finally {
      if (file == null) {
        channel.close();
      }
    }
  }

  private static FileChannel openChannel(Path name) throws IOException {
    return FileChannel.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static @Nullable Object keyOf(Path name) throws IOException {
    return Files.readAttributes(name, BasicFileAttributes.class).fileKey();
  }

  /** Whether this is the file that has that name now. */
  boolean isAt(Path name) throws IOException {
    return Files.exists(name) && key.equals(keyOf(name));
  }

  /** Reads all of {@code dst[off, off + len)}; an end of the file before that is an error. */
  void read(long pos, byte[] dst, int off, int len) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(dst, off, len);
    while (buffer.hasRemaining()) {
      FileChannel now = channel();
      try {
        if (now.read(buffer, pos + buffer.position() - off) < 0) {
          throw new OcifsException(OcifsException.Kind.STORE, names.get(0) + " has become shorter")
              .hint("run ocifs fsck");
        }
      } catch (ClosedChannelException e) {
        goOn(e);
      }
    }
  }

  /** Writes {@code src[0, len)}. */
  void write(long pos, byte[] src, int len) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(src, 0, len);
    while (buffer.hasRemaining()) {
      FileChannel now = channel();
      try {
        now.write(buffer, pos + buffer.position());
      } catch (ClosedChannelException e) {
        goOn(e);
      }
    }
  }

  /** Waits until what was written is on the disk. */
  void force() throws IOException {
    while (true) {
      FileChannel now = channel();
      try {
        now.force(true);
        return;
      } catch (ClosedChannelException e) {
        goOn(e);
      }
    }
  }

  private static void goOn(ClosedChannelException e) throws OcifsException {
    if (e instanceof ClosedByInterruptException) {
      throw interrupted(e);
    }
  }

  private static OcifsException interrupted(@Nullable Throwable cause) {
    return new OcifsException(OcifsException.Kind.IO, "interrupted while reading a blob", cause);
  }

  private synchronized FileChannel channel() throws IOException {
    if (closed) {
      throw new OcifsException(OcifsException.Kind.IO, names.get(0) + " was closed");
    }
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted(null); // it would close the channel
    }
    if (!channel.isOpen()) {
      channel = reopen();
    }
    return channel;
  }

  private FileChannel reopen() throws IOException {
    for (Path name : names) {
      if (isAt(name)) {
        return openChannel(name);
      }
    }
    throw new OcifsException(OcifsException.Kind.STORE, names.get(0) + " was removed")
        .hint("mount the image again");
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    channel.close();
  }
}
