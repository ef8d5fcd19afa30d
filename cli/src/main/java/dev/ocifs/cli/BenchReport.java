package dev.ocifs.cli;

import dev.ocifs.layerfs.metrics.HistogramSnapshot;
import dev.ocifs.oci.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code ocifs bench} measured, for people and for programs.
 *
 * @param warmUpNanos how long each kind of operation ran before any was measured
 * @param measuredNanos how long each was measured, half for its rate and half for its times
 * @param caches what each tier did meanwhile; none where the tiers do not tell
 */
record BenchReport(
    String image,
    long inodes,
    long warmUpNanos,
    long measuredNanos,
    List<Row> rows,
    List<StatsReport.Cache> caches) {

  /**
   * What a row has to reach: a rate, or a time that 95 of 100 operations do not exceed.
   *
   * @param minPerSecond operations a second; 0 when it is the time that counts
   * @param maxP95Nanos nanoseconds; 0 when it is the rate that counts
   */
  record Target(long minPerSecond, long maxP95Nanos) {
    static Target perSecond(long operations) {
      return new Target(operations, 0);
    }

    static Target p95(long nanos) {
      return new Target(0, nanos);
    }

    @Override
    public String toString() {
      return minPerSecond > 0
          ? "≥ " + grouped(minPerSecond) + "/s"
          : "P95 ≤ " + TimeSpan.format(maxP95Nanos);
    }
  }

  /**
   * One kind of operation.
   *
   * @param perSecond operations a second of one thread
   * @param nanos the times of single operations
   */
  record Row(String operation, double perSecond, HistogramSnapshot nanos, Target target) {
    boolean met() {
      return target.minPerSecond() > 0
          ? perSecond >= target.minPerSecond()
          : nanos.percentile(95) <= target.maxP95Nanos();
    }
  }

  BenchReport {
    rows = List.copyOf(rows);
    caches = List.copyOf(caches);
  }

  boolean allMet() {
    return rows.stream().allMatch(Row::met);
  }

  /** Lines for people, safe for a terminal. */
  List<String> text() {
    List<String> lines = new ArrayList<>();
    lines.add(Printable.escape(image) + ": " + grouped(inodes) + " inodes");
    lines.add(
        "One thread; each row warmed up for "
            + TimeSpan.format(warmUpNanos)
            + ", then measured for "
            + TimeSpan.format(measuredNanos)
            + ".");
    lines.add("");
    List<List<String>> table = new ArrayList<>();
    table.add(List.of("OPERATION", "PER SECOND", "P50", "P95", "P99", "TARGET", "VERDICT"));
    for (Row row : rows) {
      table.add(
          List.of(
              row.operation(),
              grouped(Math.round(row.perSecond())),
              TimeSpan.format(row.nanos().percentile(50)),
              TimeSpan.format(row.nanos().percentile(95)),
              TimeSpan.format(row.nanos().percentile(99)),
              row.target().toString(),
              row.met() ? "met" : "MISSED"));
    }
    lines.addAll(Table.of(table));
    if (!caches.isEmpty()) {
      lines.add("");
      lines.addAll(StatsReport.cacheTable(caches));
    }
    return lines;
  }

  /** The same for programs. */
  String json() {
    Json json = new Json();
    json.beginObject()
        .member("image", image)
        .member("inodes", inodes)
        .member("warmUpNanos", warmUpNanos)
        .member("measuredNanos", measuredNanos)
        .beginArray("operations");
    for (Row row : rows) {
      json.beginObject()
          .member("operation", row.operation())
          .member("perSecond", Math.round(row.perSecond()))
          .member("p50Nanos", row.nanos().percentile(50))
          .member("p95Nanos", row.nanos().percentile(95))
          .member("p99Nanos", row.nanos().percentile(99))
          .beginObject("target");
      if (row.target().minPerSecond() > 0) {
        json.member("minPerSecond", row.target().minPerSecond());
      } else {
        json.member("maxP95Nanos", row.target().maxP95Nanos());
      }
      json.end().member("met", row.met()).end();
    }
    json.end().beginArray("caches");
    caches.forEach(cache -> cache.writeTo(json));
    return json.end().end().toString();
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
