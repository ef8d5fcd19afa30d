package dev.ocifs.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The outcomes as JSON, a line for each comparison, so that two reports can be compared. */
final class Report {
  private Report() {}

  /** Writes the report; creates its folder where there is none. */
  static void write(Path file, Effort effort, List<Outcome> outcomes, List<Skipped> skipped)
      throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(file, json(effort, outcomes, skipped));
  }

  static String json(Effort effort, List<Outcome> outcomes, List<Skipped> skipped) {
    return """
        {
          "date": %s,
          "settings": %s,
          "processors": %d,
          "jdk": %s,
          "os": %s,
          "comparisons": [
        %s
          ],
          "skipped": [
        %s
          ]
        }
        """
        .formatted(
            quoted(LocalDate.now(ZoneOffset.UTC).toString()),
            quoted(effort.toString()),
            Runtime.getRuntime().availableProcessors(),
            quoted(Runtime.version().toString()),
            quoted(System.getProperty("os.name") + " " + System.getProperty("os.arch")),
            outcomes.stream().map(Report::line).collect(Collectors.joining(",\n")),
            skipped.stream().map(Report::line).collect(Collectors.joining(",\n")));
  }

  private static String line(Outcome outcome) {
    Comparison comparison = outcome.comparison();
    return """
        {"category": %s, "what": %s, "beforeBenchmark": %s, "beforeParams": %s, \
        "afterBenchmark": %s, "afterParams": %s, \
        "metric": %s, "unit": %s, "before": %s, "after": %s, "ratio": %s, "target": %s, \
        "verdict": %s, "settings": %s}"""
        .formatted(
            quoted(comparison.category()),
            quoted(comparison.what()),
            quoted(comparison.before().benchmark()),
            quoted(comparison.before().params().toString()),
            quoted(comparison.after().benchmark()),
            quoted(comparison.after().params().toString()),
            quoted(comparison.metric().name()),
            quoted(comparison.metric().unit()),
            figure(outcome.before()),
            figure(outcome.after()),
            figure(outcome.ratio()),
            quoted(comparison.bound()),
            quoted(outcome.verdict()),
            quoted(outcome.effort().toString()))
        .indent(4)
        .stripTrailing();
  }

  private static String line(Skipped skipped) {
    return """
        {"category": %s, "what": %s, "why": %s}"""
        .formatted(
            quoted(skipped.comparison().category()),
            quoted(skipped.comparison().what()),
            quoted(skipped.why()))
        .indent(4)
        .stripTrailing();
  }

  /** JSON has no infinity. */
  private static String figure(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "null";
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
