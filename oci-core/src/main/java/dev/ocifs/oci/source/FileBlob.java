package dev.ocifs.oci.source;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file, or a run of bytes in it, as a blob. */
public final class FileBlob implements BlobSource {
  private final Path path;
  private final FileChannel channel;
  private final long start;
  private final long size;
  private final String name;

  private FileBlob(Path path, FileChannel channel, long start, long size, String name) {
    this.path = path;
    this.channel = channel;
    this.start = start;
    this.size = size;
    this.name = name;
  }

  /**
   * Opens a whole file.
   *
   * @throws OcifsException {@code NOT_FOUND} when there is none, {@code IO} when it cannot be
   *     opened
   */
  public static FileBlob open(Path path) throws IOException {
    FileChannel channel = channel(path);
    try {
      return new FileBlob(path, channel, 0, channel.size(), path.toString());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Opens {@code size} bytes of a file from {@code start}.
   *
   * @param name of what lies there, for messages
   */
  static FileBlob open(Path path, long start, long size, String name) throws IOException {
    return new FileBlob(path, channel(path), start, size, path + " (" + name + ")");
  }

  private static FileChannel channel(Path path) throws IOException {
    try {
      if (Files.isDirectory(path)) {
        throw new OcifsException(OcifsException.Kind.IO, path + " is a directory, not a file");
      }
      return FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw new OcifsException(OcifsException.Kind.NOT_FOUND, "there is no file " + path, e);
    } catch (AccessDeniedException e) {
      throw new OcifsException(OcifsException.Kind.IO, "no permission to read " + path, e);
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
    if (pos < 0 || pos > size - len) {
      throw new OcifsException(
          OcifsException.Kind.IO, name + " has " + size + " bytes, not " + (pos + len));
    }
    ByteBuffer buffer = ByteBuffer.wrap(dst, off, len);
    long at = start + pos;
    while (buffer.hasRemaining()) {
      int n = channel.read(buffer, at);
      if (n < 0) {
        throw new OcifsException(
                OcifsException.Kind.MISMATCH, path + " has become shorter than it was")
            .hint("restore the file");
      }
      at += n;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return name;
  }
}
