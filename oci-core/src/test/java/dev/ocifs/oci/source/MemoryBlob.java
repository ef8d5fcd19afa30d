package dev.ocifs.oci.source;

import dev.ocifs.oci.OcifsException;

/** A blob in memory, as strict about ranges as a file. */
final class MemoryBlob implements BlobSource {
  private final byte[] bytes;

  MemoryBlob(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) throws OcifsException {
    Ranges.check(this, size(), pos, len);
    System.arraycopy(bytes, (int) pos, dst, off, len);
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "memory";
  }
}
