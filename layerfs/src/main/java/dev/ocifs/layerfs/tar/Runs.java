package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.OcifsException;
import java.util.Arrays;

/** The data runs of a sparse file while they are collected: ascending, apart, at most a million. */
final class Runs {
  static final int MAX = 1_000_000;

  private long[] pairs = TarEntry.NO_RUNS;
  private int used;
  private int listed;
  private long end;
  private long stored;

  /** Adds the next run of a map; an empty one only has to lie in order. */
  void add(long offset, long length) throws OcifsException {
    if (++listed > MAX) {
      throw tooMany();
    }
    if (offset < 0 || length < 0 || offset > Long.MAX_VALUE - length) {
      throw Malformed.grammar("a run of a sparse map is out of range");
    }
    if (offset < end) {
      throw Malformed.grammar("the runs of a sparse map overlap or are not sorted");
    }
    end = offset + length;
    if (length == 0) {
      return;
    }
    if (used == pairs.length) {
      pairs = Arrays.copyOf(pairs, Math.max(8, 2 * used));
    }
    pairs[used++] = offset;
    pairs[used++] = length;
    stored += length; // apart, so at most the end of the last
  }

  static OcifsException tooMany() {
    return new OcifsException(
            OcifsException.Kind.UNSUPPORTED, "tar: a sparse map has more than " + MAX + " runs")
        .rule(Malformed.GRAMMAR);
  }

  /** How many runs the map has listed, empty ones too. */
  int listed() {
    return listed;
  }

  /** Verifies the map against the file and returns its pairs. */
  long[] finish(long fileSize, long storedBytes) throws OcifsException {
    if (end > fileSize) {
      throw Malformed.grammar("a sparse map goes beyond the file's size " + fileSize);
    }
    if (stored != storedBytes) {
      throw Malformed.grammar(
          "a sparse map has " + stored + " bytes, the entry stores " + storedBytes);
    }
    return Arrays.copyOf(pairs, used);
  }
}
