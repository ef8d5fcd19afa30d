package dev.ocifs.oci.copy;

import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.io.OutputStream;

/** Moves a blob into a stream. */
final class Streams {
  private static final int BUFFER_BYTES = 1 << 20;

  private Streams() {}

  /** Writes all of a blob, in order. */
  static void copy(BlobSource from, OutputStream to) throws IOException {
    byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, from.size())];
    long pos = 0;
    while (pos < from.size()) {
      int n = (int) Math.min(buffer.length, from.size() - pos);
      from.readFully(pos, buffer, 0, n);
      to.write(buffer, 0, n);
      pos += n;
    }
  }
}
