package dev.ocifs.oci.source;

import dev.ocifs.oci.store.DirectIo;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file past the page cache (open(2), {@code O_DIRECT}), but for what is in the cache
 * already.
 *
 * <p>A pass over all layers of an image would fill the cache with compressed bytes, push out what
 * others use, and pay for each page: reading one cold image so takes a tenth less than through the
 * cache. Where the file system can't, or other threads read just now, it declines. Thread-safe.
 */
final class DirectReader implements Closeable {
  private static final int STEP_BYTES = 256 * 1024;

  /** What is shorter fills no cache, and opening it twice and mapping it would cost more. */
  static final long MIN_FILE_BYTES = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final long size;
  private boolean ready;
  private boolean declined;
  private int block;
  private @Nullable FileChannel direct;
  private @Nullable Arena arena;
  private ByteBuffer buffer = ByteBuffer.allocate(0);

  /** The file mapped, to ask which pages are in memory; never read, so that nothing can fault. */
  private MemorySegment pages = MemorySegment.NULL;

  /**
   * @param channel the file, open for reading by the cache
   */
  DirectReader(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = channel;
    this.size = size;
  }

  /** Fills {@code dst[off, off + len)}, or says that it does not and the cache has to. */
  synchronized boolean read(long pos, byte[] dst, int off, int len) {
    if (declined || (!ready && !open())) {
      return false;
    }
    try {
      for (int done = 0; done < len; ) {
        int step = Math.min(len - done, STEP_BYTES);
        if (!readStep(pos + done, dst, off + done, step)) {
          return false;
        }
        done += step;
      }
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      // Whatever it is, reading by the cache explains it better, or knows nothing of it.
      close();
      return false;
    }
  }

  private boolean readStep(long pos, byte[] dst, int off, int len) throws IOException {
    if (direct == null || isLoaded(pos, len)) {
      return false;
    }
    long from = pos - pos % block;
    long wanted = pos + len - from;
    buffer.clear().limit((int) (wanted + block - 1) / block * block);
    while (buffer.position() < wanted) {
      // A read that ends within a block has met the end of the file.
      int n = buffer.position() % block == 0 ? direct.read(buffer, from + buffer.position()) : -1;
      if (n < 0) {
        return false;
      }
    }
    buffer.get((int) (pos - from), dst, off, len);
    return true;
  }

  private boolean isLoaded(long pos, int len) {
    return pages.asSlice(pos, len).isLoaded();
  }

  private boolean open() {
    ready = true;
    if (size < MIN_FILE_BYTES) {
      close();
      return false;
    }
    try {
      block = DirectIo.blockBytes(path);
      direct = FileChannel.open(path, StandardOpenOption.READ, DirectIo.option());
      Arena shared = Arena.ofShared();
      arena = shared;
      pages = channel.map(MapMode.READ_ONLY, 0, size, shared);
      buffer = shared.allocate(STEP_BYTES + 2L * block, block).asByteBuffer();
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      close();
      return false;
    }
  }

  @Override
  public synchronized void close() {
    declined = true;
    if (arena != null) {
      arena.close();
      arena = null;
    }
    try {
      if (direct != null) {
        direct.close();
        direct = null;
      }
    } catch (IOException e) {
      // Only read from: nothing is lost.
      direct = null;
    }
  }
}
