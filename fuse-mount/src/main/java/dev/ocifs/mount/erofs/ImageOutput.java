package dev.ocifs.mount.erofs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * Writes an image from its first byte to its last, little endian, and sums it up on the way. Not
 * thread-safe; the channel stays the caller's.
 */
final class ImageOutput {
  private static final int BUFFER_BYTES = 1 << 16;

  private final FileChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C crc = new CRC32C();
  private long flushed;

  ImageOutput(FileChannel channel) {
    this.channel = channel;
  }

  long position() {
    return flushed + buffer.position();
  }

  /** Room for a structure of that many bytes, at most 4 KiB, which the caller fills at once. */
  ByteBuffer room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  void write(byte[] bytes, int off, int len) throws IOException {
    int done = 0;
    while (done < len) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int n = Math.min(len - done, buffer.remaining());
      buffer.put(bytes, off + done, n);
      done += n;
    }
  }

  /**
   * Writes zeros up to a position.
   *
   * @throws IllegalStateException when what was written reaches beyond it: the plan was wrong
   */
  void zerosTo(long position) throws IOException {
    if (position < position()) {
      throw new IllegalStateException("at " + position() + ", planned " + position);
    }
    while (position() < position) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int n = (int) Math.min(position - position(), buffer.remaining());
      buffer.put(new byte[n]);
    }
  }

  /** The CRC-32C of all that was written. */
  int crc() throws IOException {
    flush();
    return (int) crc.getValue();
  }

  void flush() throws IOException {
    buffer.flip();
    crc.update(buffer.duplicate());
    flushed += buffer.remaining();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }
}
