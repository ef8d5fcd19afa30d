package dev.ocifs.layerfs.codec;

import dev.ocifs.oci.source.BlobSource;
import java.io.EOFException;
import java.io.IOException;

/** A blob in memory, which remembers how far it has been read. */
final class ArrayBlob implements BlobSource {

  private final byte[] bytes;
  long readTo;

  ArrayBlob(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
    if (pos < 0 || len > bytes.length - pos) {
      throw new EOFException("read of " + len + " at " + pos + " of " + bytes.length);
    }
    System.arraycopy(bytes, (int) pos, dst, off, len);
    readTo = Math.max(readTo, pos + len);
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "array of " + bytes.length;
  }
}
