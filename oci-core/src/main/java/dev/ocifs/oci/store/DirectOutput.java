package dev.ocifs.oci.store;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Appends to a file past the page cache, in large pieces; what ends within a block of the file
 * system goes by the cache.
 *
 * <p>A file of a gigabyte that the kernel will read past the cache as well, or that nobody reads
 * soon, pushes out what others use, and its pages cost more processor time than the disk needs for
 * it. Where the file system can't, all goes by the cache. Not thread-safe.
 *
 * <p>Closing it closes a descriptor of the file, with which fall all record locks that the process
 * has on it: whoever relies on those closes it last.
 */
final class DirectOutput extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 20;

  private final Path target;
  private final FileChannel cached;
  private final Arena arena = Arena.ofShared();
  private final ByteBuffer buffer;
  private @Nullable FileChannel direct;
  private int block = 1;
  private long position;
  private boolean declined;
  private boolean closed;

  /**
   * @param target what the file will be, for errors
   * @param cached the file, open for writing by the cache
   * @param position where it ends
   */
  DirectOutput(Path file, Path target, FileChannel cached, long position) {
    this.target = target;
    this.cached = cached;
    this.position = position;
    try {
      block = DirectIo.blockBytes(file);
      direct = FileChannel.open(file, StandardOpenOption.WRITE, DirectIo.option());
    } catch (IOException | UnsupportedOperationException e) {
      direct = null; // by the cache, then
    }
    buffer = arena.allocate(BUFFER_BYTES, Math.max(block, Long.BYTES)).asByteBuffer();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int off, int len) throws IOException {
    for (int done = 0; done < len; ) {
      int n = Math.min(len - done, buffer.remaining());
      buffer.put(bytes, off + done, n);
      done += n;
      if (!buffer.hasRemaining()) {
        flush();
      }
    }
  }

  /**
   * Writes what has come so far.
   *
   * @throws dev.ocifs.oci.OcifsException {@code STORE} when the disk is full or not writable
   */
  @Override
  public void flush() throws IOException {
    buffer.flip();
    writeDirectly();
    try {
      while (buffer.hasRemaining()) {
        position += cached.write(buffer, position);
      }
    } catch (IOException e) {
      throw PendingFile.explain(target, e);
    }
    buffer.clear();
  }

  /** Writes the whole blocks of the buffer, or as many of them as the file system takes so. */
  private void writeDirectly() {
    if (direct == null || declined || position % block != 0) {
      return;
    }
    int end = buffer.limit();
    try {
      buffer.limit(end - end % block);
      while (buffer.hasRemaining() && buffer.position() % block == 0) {
        position += direct.write(buffer, position);
      }
    } catch (IOException e) {
      declined = true; // a real error meets the write by the cache again, which explains it
    } finally {
      buffer.limit(end);
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    arena.close();
    if (direct != null) {
      direct.close();
    }
  }
}
