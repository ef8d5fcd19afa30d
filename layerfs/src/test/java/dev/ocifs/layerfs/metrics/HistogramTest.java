package dev.ocifs.layerfs.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
  private static final int VALUES = 20_000;

  @Test
  void bucketsFollowEachOtherWithoutGapOrOverlap() {
    for (int bucket = 0; bucket < Histogram.BUCKETS; bucket++) {
      long last = Histogram.upperBound(bucket);
      assertThat(Histogram.bucket(last)).isEqualTo(bucket);
      if (last < Long.MAX_VALUE) {
        assertThat(Histogram.bucket(last + 1)).isEqualTo(bucket + 1);
      } else {
        assertThat(bucket).isEqualTo(Histogram.BUCKETS - 1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void percentilesAreNeverTooLowAndAtMostA32ndTooHigh(long seed) {
    Random random = new Random(seed);
    check(seed, () -> random.nextInt(200));
    check(seed, () -> (long) Math.exp(random.nextGaussian() * 2 + 8));
    check(seed, () -> random.nextLong() >>> (1 + random.nextInt(62)));
  }

  private static void check(long seed, LongSupplier source) {
    Histogram histogram = new Histogram();
    long[] values = new long[VALUES];
    long sum = 0;
    for (int i = 0; i < VALUES; i++) {
      values[i] = source.getAsLong();
      sum += values[i];
      histogram.record(values[i]);
    }
    Arrays.sort(values);
    HistogramSnapshot snapshot = histogram.snapshot();
    assertThat(snapshot.count()).isEqualTo(VALUES);
    assertThat(snapshot.sum()).isEqualTo(sum);
    assertThat(snapshot.min()).isEqualTo(values[0]);
    assertThat(snapshot.max()).isEqualTo(values[VALUES - 1]);
    for (double percent : new double[] {0.001, 1, 50, 90, 95, 99, 99.9, 100}) {
      long exact = values[(int) Math.ceil(percent / 100 * VALUES) - 1];
      long slack = Math.min(exact / Histogram.BUCKETS_PER_OCTAVE, Long.MAX_VALUE - exact);
      assertThat(snapshot.percentile(percent))
          .as("percentile %s with seed %d", percent, seed)
          .isBetween(exact, exact + slack);
    }
    for (int exponent = 0; exponent <= 62; exponent++) {
      long bound = 1L << exponent;
      assertThat(snapshot.countBelowPowerOf2(exponent))
          .as("below 2^%d with seed %d", exponent, seed)
          .isEqualTo(Arrays.stream(values).filter(v -> v < bound).count());
    }
  }

  @Test
  void countsEveryValueOfManyThreads() throws InterruptedException {
    Histogram histogram = new Histogram();
    int threads = 8;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        int first = t;
        pool.execute(
            () -> {
              for (int i = first; i < VALUES * threads; i += threads) {
                histogram.record(i);
              }
            });
      }
      pool.shutdown();
      assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
    long n = (long) VALUES * threads;
    HistogramSnapshot snapshot = histogram.snapshot();
    assertThat(snapshot.count()).isEqualTo(n);
    assertThat(snapshot.sum()).isEqualTo(n * (n - 1) / 2);
    assertThat(snapshot.min()).isZero();
    assertThat(snapshot.max()).isEqualTo(n - 1);
  }

  @Test
  void holdsTheExtremesAndForgetsThem() {
    Histogram histogram = new Histogram();
    assertThat(histogram.snapshot().percentile(99)).isZero();
    histogram.record(Long.MAX_VALUE);
    assertThat(histogram.snapshot().min()).isEqualTo(Long.MAX_VALUE);
    assertThat(histogram.snapshot().percentile(50)).isEqualTo(Long.MAX_VALUE);
    histogram.record(-1);
    assertThat(histogram.snapshot().min()).isZero();
    assertThat(histogram.snapshot().percentile(50)).isZero();
    histogram.clear();
    HistogramSnapshot empty = histogram.snapshot();
    assertThat(new long[] {empty.count(), empty.sum(), empty.min(), empty.max()}).containsOnly(0);
    assertThat(empty.average()).isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 100.1, Double.NaN})
  void refusesPercentagesThatAreNone(double percent) {
    HistogramSnapshot snapshot = new Histogram().snapshot();
    assertThatThrownBy(() -> snapshot.percentile(percent))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
