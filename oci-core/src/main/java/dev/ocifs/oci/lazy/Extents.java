package dev.ocifs.oci.lazy;

import java.util.Arrays;

/**
 * How much to fetch for a read: little for one that jumps, twice as much each time for one that
 * goes on where an extent ended. A few streams of reads are told apart, by where they would go on.
 * Not thread-safe.
 */
final class Extents {
  private static final int STREAMS = 16;

  private final int first;
  private final int most;
  private final int[] ends = new int[STREAMS];
  private final int[] sizes = new int[STREAMS];
  private final long[] used = new long[STREAMS];
  private long clock;

  /** Both in units. */
  Extents(int first, int most) {
    this.first = first;
    this.most = most;
    Arrays.fill(ends, -1);
  }

  /**
   * How many units to fetch from this one on.
   *
   * @param needed how many are asked for
   * @param rest whether these are what an extent of the same read has left over: it goes on in
   *     order of itself, which says nothing of what is read after it
   */
  int units(int unit, int needed, boolean rest) {
    int stream = streamAt(unit);
    int size = ends[stream] < 0 ? first : Math.min(most, 2 * sizes[stream]);
    size = Math.min(most, rest ? needed : Math.max(size, needed));
    ends[stream] = unit + size;
    sizes[stream] = size;
    used[stream] = ++clock;
    return size;
  }

  /** The longest extent, in units. */
  int most() {
    return most;
  }

  /** The stream that goes on here; else the one that was not used for longest, as a new one. */
  private int streamAt(int unit) {
    int oldest = 0;
    for (int i = 0; i < STREAMS; i++) {
      // A little behind its end: what lay between was here already, or is skipped.
      if (ends[i] >= 0 && ends[i] <= unit && unit <= ends[i] + sizes[i]) {
        return i;
      }
      if (used[i] < used[oldest]) {
        oldest = i;
      }
    }
    ends[oldest] = -1;
    return oldest;
  }
}
