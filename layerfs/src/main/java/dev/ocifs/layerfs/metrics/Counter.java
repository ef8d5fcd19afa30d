package dev.ocifs.layerfs.metrics;

import java.util.concurrent.atomic.LongAdder;

/** A number that only grows. Thread-safe, and made for many writers; adding allocates nothing. */
public final class Counter {
  private final LongAdder sum = new LongAdder();

  Counter() {}

  public void increment() {
    sum.increment();
  }

  /** Adds a number that is not negative. */
  public void add(long n) {
    sum.add(n);
  }

  public long value() {
    return sum.sum();
  }

  /** Begins at 0 again, which readers of counters take for a new process. */
  void reset() {
    sum.reset();
  }
}
