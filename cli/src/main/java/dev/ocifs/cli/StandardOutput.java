package dev.ocifs.cli;

import dev.ocifs.oci.OcifsException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Buffered standard output that tells a reader who has gone, as with {@code ocifs ls | head -1},
 * from a write that failed. Not thread-safe.
 */
final class StandardOutput extends OutputStream {

  /** Whoever read the output has stopped reading: no error, but nothing is left to do. */
  static final class ReaderGone extends IOException {
    private static final long serialVersionUID = 1L;

    ReaderGone(IOException cause) {
      super(cause);
    }
  }

  private final FileOutputStream file = new FileOutputStream(FileDescriptor.out);
  private final byte[] buffer = new byte[64 * 1024];
  private int used;

  @Override
  public void write(int b) throws IOException {
    if (used == buffer.length) {
      flush();
    }
    buffer[used++] = (byte) b;
  }

  @Override
  public void write(byte[] bytes, int off, int len) throws IOException {
    if (len > buffer.length - used) {
      flush();
    }
    if (len >= buffer.length) {
      send(bytes, off, len);
    } else {
      System.arraycopy(bytes, off, buffer, used, len);
      used += len;
    }
  }

  @Override
  public void flush() throws IOException {
    int len = used;
    used = 0; // what cannot be written is not tried again when the process ends
    if (len > 0) {
      send(buffer, 0, len);
    }
  }

  private void send(byte[] bytes, int off, int len) throws IOException {
    try {
      file.write(bytes, off, len);
    } catch (IOException e) {
      if (Terminals.isPipe(1)) {
        throw new ReaderGone(e);
      }
      throw new OcifsException(
              OcifsException.Kind.IO, "cannot write standard output: " + e.getMessage(), e)
          .hint("check the file or device it goes to");
    }
  }
}
