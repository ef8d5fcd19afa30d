package dev.ocifs.tests.bench;

import java.util.Locale;

/** A comparison and the figures of its two sides, in the unit of its metric. */
record Outcome(Comparison comparison, Effort effort, double before, double after) {

  /** After/before; where there was nothing before and is nothing after, 1. */
  double ratio() {
    return before == after ? 1 : after / before;
  }

  boolean met() {
    return comparison.metric().met(ratio(), comparison.target());
  }

  String verdict() {
    return met() ? "met" : "missed";
  }

  /** The line that is printed. */
  @Override
  public String toString() {
    Metric metric = comparison.metric();
    return String.format(
        Locale.ROOT,
        "%-10s %-34s before %,14.1f  after %,14.1f %-5s  ratio %6.2f  target %s  %s%s",
        comparison.category(),
        comparison.what(),
        before,
        after,
        metric.unit(),
        ratio(),
        metric.bound(comparison.target()),
        verdict(),
        effort == Effort.LONG ? " (long)" : "");
  }
}
