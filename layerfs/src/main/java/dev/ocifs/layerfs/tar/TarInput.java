package dev.ocifs.layerfs.tar;

import java.io.IOException;

/** The bytes of an archive, in order. Not thread-safe. */
public interface TarInput {
  /** Reads up to {@code len} bytes, at least one; -1 at the end. */
  int read(byte[] dst, int off, int len) throws IOException;

  /** Passes over {@code n} bytes; fewer only at the end. Returns how many. */
  long skip(long n) throws IOException;

  /** How many bytes have been read or skipped. */
  long position();
}
