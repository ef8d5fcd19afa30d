package dev.ocifs.tests.bench;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What is compared of two benchmarks, in one unit whatever mode and unit they are run in. Times are
 * medians of the iterations: one that something else on the machine disturbed does not count.
 */
enum Metric {
  /** Microseconds an operation; less is better. */
  TIME("µs/op") {
    @Override
    double of(RunResult run) {
      return nanos(run) / 1e3;
    }
  },

  /** Operations a second and thread; more is better. */
  THROUGHPUT("op/s") {
    @Override
    double of(RunResult run) {
      return 1e9 / nanos(run);
    }

    @Override
    boolean met(double ratio, double target) {
      return ratio >= target;
    }
  },

  /** Bytes allocated on the heap by an operation; less is better. */
  ALLOCATION("B/op") {
    @Override
    double of(RunResult run) {
      Result<?> rate = run.getSecondaryResults().get("gc.alloc.rate.norm");
      if (rate == null) {
        throw new IllegalStateException("this JVM does not count allocations");
      }
      return rate.getScore();
    }
  };

  private final String unit;

  Metric(String unit) {
    this.unit = unit;
  }

  String unit() {
    return unit;
  }

  abstract double of(RunResult run);

  /** Whether after/before is as good as it should be. A ratio that is no number meets nothing. */
  boolean met(double ratio, double target) {
    return ratio <= target;
  }

  private static double nanos(RunResult run) {
    double score = run.getPrimaryResult().getStatistics().getPercentile(50);
    TimeUnit unit = run.getParams().getTimeUnit();
    double unitNanos = unit.toNanos(1);
    return run.getParams().getMode() == Mode.Throughput ? unitNanos / score : score * unitNanos;
  }

  String bound(double target) {
    return String.format(Locale.ROOT, "%s %.2f", met(0, target) ? "≤" : "≥", target);
  }
}
