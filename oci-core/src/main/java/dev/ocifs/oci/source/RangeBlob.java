package dev.ocifs.oci.source;

import java.io.IOException;

/**
 * A range of another blob, such as a member of an archive. It does not own the other blob: closing
 * it does nothing.
 */
public final class RangeBlob implements BlobSource {
  private final BlobSource whole;
  private final long start;
  private final long size;
  private final String name;

  /**
   * @param name what the range is, for messages
   * @throws IllegalArgumentException when the range reaches beyond the other blob
   */
  public RangeBlob(BlobSource whole, long start, long size, String name) {
    if (start < 0 || size < 0 || start > whole.size() - size) {
      throw new IllegalArgumentException(
          "range of " + size + " bytes from " + start + " is not in " + whole);
    }
    this.whole = whole;
    this.start = start;
    this.size = size;
    this.name = name;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
    Ranges.check(this, size, pos, len);
    whole.readFully(start + pos, dst, off, len);
  }

  @Override
  public void readOnce(long pos, byte[] dst, int off, int len) throws IOException {
    Ranges.check(this, size, pos, len);
    whole.readOnce(start + pos, dst, off, len);
  }

  @Override
  public void expect(long pos, long len) {
    whole.expect(start + pos, len);
  }

  @Override
  public boolean suspect(long pos, long len) {
    return whole.suspect(start + pos, len);
  }

  @Override
  public boolean trusted() {
    return whole.trusted();
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return whole + "(" + name + ")";
  }
}
