package dev.ocifs.layerfs.tar;

/** A tar in memory that gives its bytes in pieces of at most a given size. */
final class ArrayInput implements TarInput {
  private final byte[] bytes;
  private final int piece;
  private int pos;

  ArrayInput(byte[] bytes, int piece) {
    this.bytes = bytes;
    this.piece = piece;
  }

  @Override
  public int read(byte[] dst, int off, int len) {
    if (pos == bytes.length) {
      return -1;
    }
    int n = Math.min(Math.min(len, piece), bytes.length - pos);
    System.arraycopy(bytes, pos, dst, off, n);
    pos += n;
    return n;
  }

  @Override
  public long skip(long n) {
    int skipped = (int) Math.min(n, bytes.length - pos);
    pos += skipped;
    return skipped;
  }

  @Override
  public long position() {
    return pos;
  }
}
