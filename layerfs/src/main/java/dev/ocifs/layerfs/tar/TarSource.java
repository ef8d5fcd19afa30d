package dev.ocifs.layerfs.tar;

import java.io.IOException;

/** Whole blocks and exact moves over the layer's bytes. */
final class TarSource {
  private final TarInput in;

  TarSource(TarInput in) {
    this.in = in;
  }

  long position() {
    return in.position();
  }

  /**
   * Fills the range.
   *
   * @return false when the layer ended before the first byte
   */
  boolean readOrEnd(byte[] dst, int len, String what) throws IOException {
    int done = 0;
    while (done < len) {
      int n = in.read(dst, done, len - done);
      if (n < 0) {
        if (done == 0) {
          return false;
        }
        throw Malformed.grammar("the layer ends inside " + what);
      }
      done += n;
    }
    return true;
  }

  void read(byte[] dst, int len, String what) throws IOException {
    if (len > 0 && !readOrEnd(dst, len, what)) {
      throw Malformed.grammar("the layer ends before " + what);
    }
  }

  /**
   * Passes over the bytes that are left of an entry's content and over what is there of its
   * padding.
   */
  void skipContent(long left, int padding) throws IOException {
    if (left > 0 && in.skip(left) < left) {
      throw Malformed.grammar("the layer ends inside the entry's content");
    }
    if (padding > 0) {
      in.skip(padding); // fewer: the layer ends here, and the next header is not found
    }
  }
}
