package dev.ocifs.tests.bench;

import java.util.Locale;

/** A comparison and the figures of its two sides, in the unit of its metric. */
record Outcome(Comparison comparison, Effort effort, double before, double after) {

  /** After/before. */
  double ratio() {
    return Metric.ratio(before, after);
  }

  /** Whether the target is met, or there is none. */
  boolean met() {
    return comparison.metBy(before, after);
  }

  String verdict() {
    if (comparison.target().isEmpty()) {
      return "reported";
    }
    return met() ? "met" : "missed";
  }

  /** The line that is printed. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-10s %-38s before %,14.1f  after %,14.1f %-7s  ratio %6.2f  target %-6s  %s%s",
        comparison.category(),
        comparison.what(),
        before,
        after,
        comparison.metric().unit(),
        ratio(),
        comparison.bound(),
        verdict(),
        effort == Effort.LONG ? " (long)" : "");
  }
}
