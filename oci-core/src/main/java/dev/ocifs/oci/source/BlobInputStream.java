package dev.ocifs.oci.source;

import java.io.IOException;
import java.io.InputStream;

/** The bytes of a blob in order. It does not own the blob: closing it does nothing. */
public final class BlobInputStream extends InputStream {
  private final BlobSource blob;
  private long pos;

  public BlobInputStream(BlobSource blob) {
    this.blob = blob;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] dst, int off, int len) throws IOException {
    int n = (int) Math.min(len, blob.size() - pos);
    if (n <= 0) {
      return len == 0 ? 0 : -1;
    }
    blob.readFully(pos, dst, off, n);
    pos += n;
    return n;
  }
}
