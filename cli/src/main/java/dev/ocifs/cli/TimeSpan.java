package dev.ocifs.cli;

/** Lengths of time as people read them. */
final class TimeSpan {
  private static final String[] UNITS = {"ns", "µs", "ms", "s"};
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private TimeSpan() {}

  /**
   * Formats in the unit that leaves three digits at most, below two minutes: {@code 0 ns}, {@code
   * 1.2 µs}, {@code 45 ms}, {@code 119 s}; above, in two units: {@code 2 min 5 s}, {@code 3 h 0
   * min}, {@code 12 d 7 h}.
   */
  static String format(long nanos) {
    long seconds = nanos / NANOS_PER_SECOND;
    if (seconds >= 86_400) {
      return seconds / 86_400 + " d " + seconds % 86_400 / 3600 + " h";
    }
    if (seconds >= 3600) {
      return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
    if (seconds >= 120) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    double value = nanos;
    int unit = 0;
    // 999.5 would print as 1000
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    if (unit == 0 || value >= 9.95) {
      return Math.round(value) + " " + UNITS[unit];
    }
    long tenths = Math.round(value * 10);
    return tenths / 10 + "." + tenths % 10 + " " + UNITS[unit];
  }
}
