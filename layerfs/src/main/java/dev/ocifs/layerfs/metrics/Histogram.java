package dev.ocifs.layerfs.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How often which value was recorded, in buckets whose width grows with the value: percentiles of
 * any number of values in a fixed amount of memory.
 *
 * <p>The buckets are log-linear, as in HdrHistogram: values below {@value #EXACT_BELOW} have a
 * bucket each; above, every power of two is cut into {@value #BUCKETS_PER_OCTAVE} buckets of one
 * width. A percentile is therefore at most 1/{@value #BUCKETS_PER_OCTAVE} (3.2 %) too high and
 * never too low; count, least and greatest value are exact, and so is the sum below 2^63.
 *
 * <p>Values are whole numbers from 0 to {@link Long#MAX_VALUE}, often nanoseconds or bytes; a
 * negative one counts as 0. Thread-safe, and made for many writers: each thread writes to one of
 * several stripes. Recording allocates nothing. A histogram takes 15 kB a stripe, with as many
 * stripes as processors, 8 at most.
 */
public final class Histogram {
  private static final int OCTAVE_BITS = 5;
  static final int BUCKETS_PER_OCTAVE = 1 << OCTAVE_BITS;
  static final int EXACT_BELOW = 2 * BUCKETS_PER_OCTAVE;

  /** Up to the bucket of {@link Long#MAX_VALUE}. */
  static final int BUCKETS = bucket(Long.MAX_VALUE) + 1;

  /** Behind the buckets of a stripe: its sum, its least value as a complement, its greatest. */
  private static final int SUM = BUCKETS;

  /** The complement, so that 0 stands for "none yet" as it does with the greatest. */
  private static final int LEAST = BUCKETS + 1;

  private static final int GREATEST = BUCKETS + 2;
  private static final int SLOTS = BUCKETS + 3;
  private static final int MAX_STRIPES = 8;

  private final AtomicLongArray[] stripes;

  public Histogram() {
    int processors = Math.min(Runtime.getRuntime().availableProcessors(), MAX_STRIPES);
    int count = Integer.highestOneBit(Math.max(1, 2 * processors - 1));
    stripes = new AtomicLongArray[Math.min(count, MAX_STRIPES)];
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new AtomicLongArray(SLOTS);
    }
  }

  /** Counts a value. */
  public void record(long value) {
    long v = Math.max(0, value);
    int thread = (int) Thread.currentThread().threadId();
    AtomicLongArray stripe = stripes[thread & (stripes.length - 1)];
    stripe.getAndIncrement(bucket(v));
    stripe.getAndAdd(SUM, v);
    raise(stripe, LEAST, ~v & Long.MAX_VALUE);
    raise(stripe, GREATEST, v);
  }

  private static void raise(AtomicLongArray stripe, int slot, long value) {
    long seen = stripe.getPlain(slot);
    while (seen < value && !stripe.compareAndSet(slot, seen, value)) {
      seen = stripe.get(slot);
    }
  }

  /**
   * What was recorded until now. Values that other threads record meanwhile may be seen in part: in
   * the buckets, but not yet in the sum.
   */
  public HistogramSnapshot snapshot() {
    long[] counts = new long[BUCKETS];
    long sum = 0;
    long least = 0;
    long greatest = 0;
    for (AtomicLongArray stripe : stripes) {
      for (int i = 0; i < BUCKETS; i++) {
        counts[i] += stripe.get(i);
      }
      sum += stripe.get(SUM);
      least = Math.max(least, stripe.get(LEAST));
      greatest = Math.max(greatest, stripe.get(GREATEST));
    }
    return new HistogramSnapshot(counts, sum, ~least & Long.MAX_VALUE, greatest);
  }

  /** Forgets all values; those that are recorded meanwhile may be forgotten in part. */
  public void clear() {
    for (AtomicLongArray stripe : stripes) {
      for (int i = 0; i < SLOTS; i++) {
        stripe.set(i, 0);
      }
    }
  }

  /** The bucket of a value that is not negative. */
  static int bucket(long value) {
    // The shift that leaves the leading bit and the OCTAVE_BITS bits behind it.
    int shift = Math.max(0, Long.SIZE - 1 - OCTAVE_BITS - Long.numberOfLeadingZeros(value | 1));
    return shift * BUCKETS_PER_OCTAVE + (int) (value >>> shift);
  }

  /** The greatest value of a bucket. */
  static long upperBound(int bucket) {
    if (bucket < EXACT_BELOW) {
      return bucket;
    }
    int shift = bucket / BUCKETS_PER_OCTAVE - 1;
    long leading = bucket - (long) shift * BUCKETS_PER_OCTAVE;
    return (leading << shift) + (1L << shift) - 1;
  }
}
