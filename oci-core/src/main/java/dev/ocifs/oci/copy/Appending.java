package dev.ocifs.oci.copy;

import dev.ocifs.oci.store.PendingFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A pending file of the store as a stream. It does not own the file. */
final class Appending extends OutputStream {
  private final PendingFile file;

  Appending(PendingFile file) {
    this.file = file;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int off, int len) throws IOException {
    file.write(ByteBuffer.wrap(bytes, off, len));
  }
}
