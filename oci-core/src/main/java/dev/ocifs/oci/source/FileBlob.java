package dev.ocifs.oci.source;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A whole file, read by positional reads and not through a mapping: a file that someone truncates
 * meanwhile gives an error, where a mapping would kill the process.
 *
 * <p>Its size is that at the time of opening. A thread must not be interrupted while it reads: that
 * closes the file for all, as it does with every {@link FileChannel}.
 */
public final class FileBlob implements BlobSource {
  private final Path path;
  private final FileChannel channel;
  private final long size;
  private final DirectReader direct;

  private FileBlob(Path path, FileChannel channel, long size) {
    this.path = path;
    this.direct = new DirectReader(path, channel, size);
    this.channel = channel;
    this.size = size;
  }

  /**
   * Opens a regular file; symbolic links are followed. Anything else, a pipe for one, is refused
   * before it can block.
   *
   * @throws OcifsException {@code NOT_FOUND} when there is no such file, {@code IO} when it cannot
   *     be read
   */
  public static FileBlob open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw HostFiles.notAFile(path);
    }
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      FileBlob blob = null;
      try {
        blob = new FileBlob(path, channel, channel.size());
        return blob;
      } finally {
        if (blob == null) {
          channel.close();
        }
      }
    } catch (IOException e) {
      throw HostFiles.explain(path, e);
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
    Ranges.check(this, size, pos, len);
    ByteBuffer buffer = ByteBuffer.wrap(dst, off, len);
    long at = pos;
    while (buffer.hasRemaining()) {
      int n;
      try {
        n = channel.read(buffer, at);
      } catch (ClosedChannelException e) {
        throw new OcifsException(OcifsException.Kind.IO, path + " was closed", e);
      } catch (IOException e) {
        throw HostFiles.explain(path, e);
      }
      if (n < 0) {
        throw new OcifsException(
            OcifsException.Kind.IO, path + " has become shorter than its " + size + " bytes");
      }
      at += n;
    }
  }

  @Override
  public void readOnce(long pos, byte[] dst, int off, int len) throws IOException {
    Ranges.check(this, size, pos, len);
    if (!direct.read(pos, dst, off, len)) {
      readFully(pos, dst, off, len);
    }
  }

  @Override
  public Optional<Path> wholeFile() {
    return Optional.of(path);
  }

  @Override
  public void close() throws IOException {
    direct.close();
    channel.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
