package dev.ocifs.layerfs.codec;

import java.io.IOException;
import java.util.zip.CRC32;

/** Reads the header of a gzip member (RFC 1952, 2.3). Nothing of it is kept. */
final class GzipHeader {

  private static final int MAGIC_1 = 0x1f;
  private static final int MAGIC_2 = 0x8b;
  private static final int DEFLATE = 8;

  private static final int FHCRC = 1 << 1;
  private static final int FEXTRA = 1 << 2;
  private static final int FNAME = 1 << 3;
  private static final int FCOMMENT = 1 << 4;

  /** Flags that a decoder must refuse, as they may change what follows (RFC 1952, 2.3.1.2). */
  private static final int RESERVED = 0xe0;

  /** Bytes of MTIME, XFL and OS. */
  private static final int FIXED_REST = 6;

  private final BitInput in;
  private final CRC32 crc = new CRC32();

  private GzipHeader(BitInput in) {
    this.in = in;
  }

  /** Whether the two bytes of a member's magic come next; they are not consumed. */
  static boolean isNext(BitInput in) throws IOException {
    in.fill(2);
    return in.end - in.pos >= 2
        && (in.buf[in.pos] & 0xff) == MAGIC_1
        && (in.buf[in.pos + 1] & 0xff) == MAGIC_2;
  }

  /** Reads a header from a byte boundary; afterwards the input stands at the DEFLATE data. */
  static void read(BitInput in) throws IOException {
    new GzipHeader(in).read();
  }

  private void read() throws IOException {
    if (next() != MAGIC_1 || next() != MAGIC_2) {
      throw Corrupt.at("gzip: no member begins", in.bytePos());
    }
    if (next() != DEFLATE) {
      throw Corrupt.at("gzip: unknown compression method", in.bytePos());
    }
    int flags = next();
    if ((flags & RESERVED) != 0) {
      throw Corrupt.at("gzip: reserved flags are set", in.bytePos());
    }
    skip(FIXED_REST);
    if ((flags & FEXTRA) != 0) {
      skip(next() | next() << 8);
    }
    if ((flags & FNAME) != 0) {
      skipString();
    }
    if ((flags & FCOMMENT) != 0) {
      skipString();
    }
    if ((flags & FHCRC) != 0) {
      int expected = (int) crc.getValue() & 0xffff;
      if ((next() | next() << 8) != expected) {
        throw Corrupt.at("gzip: CRC of the header differs", in.bytePos());
      }
    }
  }

  private void skip(int n) throws IOException {
    for (int i = 0; i < n; i++) {
      next();
    }
  }

  private void skipString() throws IOException {
    while (next() != 0) {
      // The string is not needed.
    }
  }

  private int next() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw Corrupt.at("gzip: ends in the header of a member", in.bytePos());
    }
    crc.update(b);
    return b;
  }
}
