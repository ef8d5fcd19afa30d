package dev.ocifs.tests.bench;

import java.util.Locale;

/** A comparison that this machine does not allow, and why. */
record Skipped(Comparison comparison, String why) {

  /** The line that is printed. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%-10s %-38s skipped: %s", comparison.category(), comparison.what(), why);
  }
}
