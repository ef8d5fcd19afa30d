package dev.ocifs.layerfs.metrics;

/**
 * What a {@link Histogram} had recorded at some moment. Immutable.
 *
 * <p>All values are in the unit that was recorded; without any, all of them are 0.
 */
public final class HistogramSnapshot {
  private final long[] counts;
  private final long count;
  private final long sum;
  private final long min;
  private final long max;

  /** Takes the array over. */
  HistogramSnapshot(long[] counts, long sum, long min, long max) {
    this.counts = counts;
    long total = 0;
    for (long n : counts) {
      total += n;
    }
    count = total;
    this.sum = count == 0 ? 0 : sum;
    this.min = count == 0 ? 0 : min;
    this.max = count == 0 ? 0 : max;
  }

  public long count() {
    return count;
  }

  public long sum() {
    return sum;
  }

  public long min() {
    return min;
  }

  public long max() {
    return max;
  }

  public double average() {
    return count == 0 ? 0 : (double) sum / count;
  }

  /**
   * The value that this many percent of the values do not exceed, by nearest rank: at most 3.2 %
   * above the exact one and never below it.
   *
   * @param percent more than 0, 100 at most
   */
  public long percentile(double percent) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException(percent + " percent");
    }
    long rank = (long) Math.ceil(percent / 100 * count);
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank && seen > 0) {
        return Math.min(Histogram.upperBound(i), max);
      }
    }
    return max;
  }

  /**
   * How many values are less than this power of two; exact, as no bucket holds values of either
   * side.
   *
   * @param exponent from 0 to 62
   */
  long countBelowPowerOf2(int exponent) {
    int end = Histogram.bucket(1L << exponent);
    long below = 0;
    for (int i = 0; i < end; i++) {
      below += counts[i];
    }
    return below;
  }
}
