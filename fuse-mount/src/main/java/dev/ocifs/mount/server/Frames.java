package dev.ocifs.mount.server;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * What passes between client and server: frames of a type, a length (32 bits, big-endian) and as
 * many bytes.
 */
final class Frames {
  /** From the client: a {@link ServerRequest}; one a connection. */
  static final byte REQUEST = 'R';

  /** From the server: bytes for standard output. */
  static final byte OUT = 'O';

  /** From the server: bytes for standard error. */
  static final byte ERR = 'E';

  /** From the server, last: the exit code, four bytes. */
  static final byte EXIT = 'X';

  /** Longest frame: a batch of some ten thousand mounts fits. */
  private static final int MAX_BYTES = 16 << 20;

  private static final int HEADER_BYTES = 5;

  /** A frame as it came. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Frame(byte type, byte[] bytes) {}

  private Frames() {}

  static void write(WritableByteChannel channel, byte type, byte[] bytes, int off, int len)
      throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + len);
    frame.put(type).putInt(len).put(bytes, off, len).flip();
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
  }

  /** The next frame; an {@link EOFException} where the other side has ended. */
  static Frame read(ReadableByteChannel channel) throws IOException {
    ByteBuffer header = fill(channel, ByteBuffer.allocate(HEADER_BYTES));
    byte type = header.get();
    int length = header.getInt();
    if (length < 0 || length > MAX_BYTES) {
      throw new IOException("a frame of " + length + " bytes");
    }
    return new Frame(type, fill(channel, ByteBuffer.allocate(length)).array());
  }

  private static ByteBuffer fill(ReadableByteChannel channel, ByteBuffer buffer)
      throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException();
      }
    }
    return buffer.flip();
  }
}
