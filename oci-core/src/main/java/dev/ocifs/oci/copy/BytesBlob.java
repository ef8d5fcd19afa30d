package dev.ocifs.oci.copy;

import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.Ranges;
import java.io.IOException;

/** A short blob in memory, which its maker changes no more. */
final class BytesBlob implements BlobSource {
  private final byte[] bytes;

  BytesBlob(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
    Ranges.check(this, bytes.length, pos, len);
    System.arraycopy(bytes, (int) pos, dst, off, len);
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "a document";
  }
}
