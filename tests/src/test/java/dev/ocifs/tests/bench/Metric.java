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

  /** Operations a second; of all threads, where the benchmark is one of throughput. */
  THROUGHPUT("op/s") {
    @Override
    double of(RunResult run) {
      return 1e9 / nanos(run);
    }

    @Override
    boolean moreIsBetter() {
      return true;
    }
  },

  /** Bytes allocated on the heap by an operation; less is better. */
  ALLOCATION("B/op") {
    @Override
    double of(RunResult run) {
      return secondary(run, "gc.alloc.rate.norm");
    }
  },

  /**
   * Bytes allocated on the heap by an operation that is to allocate none. Its target is of the
   * bytes, not of a ratio: what the profiler itself allocates is divided by the operations, and
   * gives some hundredths.
   */
  NO_ALLOCATION("B/op") {
    @Override
    double of(RunResult run) {
      return ALLOCATION.of(run);
    }

    @Override
    boolean met(double before, double after, double target) {
      return after <= target;
    }

    @Override
    String bound(double target) {
      return String.format(Locale.ROOT, "≤ %.0f B", target);
    }
  },

  /** Bytes that stay on the heap for an entry, as the benchmark counts them; less is better. */
  ENTRY_BYTES("B/entry") {
    @Override
    double of(RunResult run) {
      return secondary(run, "entryBytes");
    }
  },

  /** Accesses of a hundred that hit, as the benchmark counts them; more is better. */
  HIT_RATE("%") {
    @Override
    double of(RunResult run) {
      return secondary(run, "hitPercent");
    }

    @Override
    boolean moreIsBetter() {
      return true;
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

  boolean moreIsBetter() {
    return false;
  }

  /** Whether after/before is as good as it should be. A ratio that is no number meets nothing. */
  boolean met(double before, double after, double target) {
    double ratio = ratio(before, after);
    return moreIsBetter() ? ratio >= target : ratio <= target;
  }

  /** After/before; where there was nothing before and is nothing after, 1. */
  static double ratio(double before, double after) {
    return before == after ? 1 : after / before;
  }

  String bound(double target) {
    return String.format(Locale.ROOT, "%s %.2f", moreIsBetter() ? "≥" : "≤", target);
  }

  private static double nanos(RunResult run) {
    double score = run.getPrimaryResult().getStatistics().getPercentile(50);
    TimeUnit unit = run.getParams().getTimeUnit();
    double unitNanos = unit.toNanos(1);
    return run.getParams().getMode() == Mode.Throughput ? unitNanos / score : score * unitNanos;
  }

  /** The median over the iterations, where JMH by itself adds counters up. */
  private static double secondary(RunResult run, String name) {
    Result<?> result = run.getSecondaryResults().get(name);
    if (result == null) {
      throw new IllegalStateException("no " + name + " was counted: by the JVM, or the benchmark");
    }
    return result.getStatistics().getPercentile(50);
  }
}
