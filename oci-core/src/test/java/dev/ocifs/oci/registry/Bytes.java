package dev.ocifs.oci.registry;

import dev.ocifs.oci.source.BlobSource;

/** A blob in memory, to push. */
final class Bytes implements BlobSource {
  private final byte[] bytes;

  Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) {
    System.arraycopy(bytes, (int) pos, dst, off, len);
  }

  @Override
  public void close() {}
}
