package dev.ocifs.mount.erofs;

/** The block of our images: that of a tar, so that files of a layer begin with a block. */
final class Blocks {
  /** Logarithm of the block size: {@code blkszbits} of the superblock. */
  static final int BITS = 9;

  static final int BYTES = 1 << BITS;

  /** Names no block: a hole, or a file without content ({@code EROFS_NULL_ADDR}). */
  static final int NULL_ADDR = 0xffffffff;

  /** Block numbers have 32 bits, of which the last is {@link #NULL_ADDR}. */
  static final long MAX = 0xffffffffL;

  private Blocks() {}

  /** How many blocks hold so many bytes. */
  static long count(long bytes) {
    return (bytes >>> BITS) + ((bytes & BYTES - 1) == 0 ? 0 : 1);
  }

  /** The next position at or after this that a power of two divides. */
  static long align(long pos, int power) {
    return pos + power - 1 & -power;
  }
}
