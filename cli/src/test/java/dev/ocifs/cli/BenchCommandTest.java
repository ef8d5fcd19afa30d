package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.cli.BenchReport.Row;
import dev.ocifs.cli.BenchReport.Target;
import dev.ocifs.layerfs.metrics.Histogram;
import dev.ocifs.layerfs.metrics.HistogramSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {
  private static final String[] ROWS = {
    "lookup",
    "getattr",
    "metadata mix",
    "readdir",
    "read 4 KiB cached",
    "read 4 KiB random",
    "read 4 KiB decoded"
  };

  @TempDir Path folder;
  private final TestConsole test = TestConsole.pipe();

  @Test
  void measuresTheSampleAsJson() {
    assertThat(test.run("bench", "--json", "--seconds", "0.2")).isZero();
    assertThat(test.err()).isEmpty();
    Map<?, ?> report = JsonReader.object(test.out());
    List<?> operations = (List<?>) member(report, "operations");
    assertThat(operations.stream().map(row -> ((Map<?, ?>) row).get("operation")).toList())
        .isEqualTo(List.of(ROWS));
    for (Object row : operations) {
      Map<?, ?> operation = (Map<?, ?>) row;
      assertThat(number(operation, "perSecond")).isPositive();
      assertThat(number(operation, "p50Nanos")).isPositive();
      assertThat(number(operation, "p95Nanos"))
          .isBetween(number(operation, "p50Nanos"), number(operation, "p99Nanos"));
      assertThat((Map<?, ?>) operation.get("target")).hasSize(1);
      assertThat(operation.get("met")).isInstanceOf(Boolean.class);
    }
    assertThat(number(report, "inodes")).isPositive();
    assertThat(number(report, "warmUpNanos") + number(report, "measuredNanos"))
        .isEqualTo(200_000_000 / ROWS.length);
    // Its image was made for it and has gone again.
    assertThat(Path.of(member(report, "image").toString().replaceAll("^oci:|:demo$", "")))
        .doesNotExist();
  }

  private static Object member(Map<?, ?> object, String name) {
    return Objects.requireNonNull(object.get(name), name);
  }

  private static long number(Map<?, ?> object, String name) {
    return (Long) member(object, name);
  }

  @Test
  void measuresAnImageAsATable() throws Exception {
    Path layout = Files.createDirectory(folder.resolve("image"));
    SampleImage.write(layout);
    String root = folder.resolve("store").toString();
    String image = "oci:" + layout + ":demo";
    assertThat(test.run("bench", image, "--root", root, "--seconds", "0.1")).isZero();
    List<String> lines = test.out().lines().toList();
    assertThat(lines).hasSize(4 + ROWS.length + 4);
    assertThat(lines.get(lines.size() - 3)).startsWith("TIER ");
    assertThat(lines.getLast()).startsWith("chunks ").contains(" %");
    assertThat(lines.get(0)).startsWith(image + ": ").endsWith(" inodes");
    assertThat(lines.get(1)).startsWith("One thread; each row warmed up for 4.8 ms, then ");
    assertThat(lines.get(3)).matches("OPERATION +PER SECOND +P50 +P95 +P99 +TARGET +VERDICT");
    for (int i = 0; i < ROWS.length; i++) {
      assertThat(lines.get(4 + i)).startsWith(ROWS[i] + " ").matches(".* (met|MISSED)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "NaN", "3601", "x"})
  void refusesTimesThatAreNone(String seconds) {
    assertThat(test.run("bench", "--seconds", seconds)).isEqualTo(2);
    assertThat(test.err()).contains("--seconds");
  }

  @Test
  void judgesRatesAndTimes() {
    HistogramSnapshot nanos = nanos(50);
    assertThat(new Row("a", 172_000, nanos, Target.perSecond(172_000)).met()).isTrue();
    assertThat(new Row("a", 171_999, nanos, Target.perSecond(172_000)).met()).isFalse();
    assertThat(new Row("a", 1, nanos, Target.p95(50)).met()).isTrue();
    assertThat(new Row("a", 1, nanos, Target.p95(49)).met()).isFalse();
    assertThat(report(new Row("a", 9, nanos, Target.p95(49))).allMet()).isFalse();
    assertThat(report(new Row("a", 9, nanos, Target.p95(50))).allMet()).isTrue();
  }

  @Test
  void printsVerdictsAndHitRates() {
    BenchReport report =
        report(
            new Row("fast", 1_234_567.4, nanos(50), Target.perSecond(172_000)),
            new Row("slow", 9, nanos(2_000_000), Target.p95(1_000_000)));
    assertThat(report.text())
        .containsExactly(
            "oci:x: 1,000 inodes",
            "One thread; each row warmed up for 400 ms, then measured for 800 ms.",
            "",
            "OPERATION  PER SECOND  P50     P95     P99     TARGET        VERDICT",
            "fast       1,234,567   50 ns   50 ns   50 ns   ≥ 172,000/s   met",
            "slow       9           2.0 ms  2.0 ms  2.0 ms  P95 ≤ 1.0 ms  MISSED",
            "",
            "TIER    HIT RATE  HITS  MISSES  EVICTIONS  ENTRIES  SIZE   LIMIT",
            "chunks  75.0 %    3     1       0          4        12 kB  48 MB");
    Map<?, ?> json = JsonReader.object(report.json());
    assertThat((List<?>) json.get("caches")).hasSize(1);
  }

  private static BenchReport report(Row... rows) {
    return new BenchReport(
        "oci:x",
        1000,
        400_000_000,
        800_000_000,
        List.of(rows),
        List.of(new StatsReport.Cache("chunks", 3, 1, 0, 4, 12_000, 48_000_000)));
  }

  private static HistogramSnapshot nanos(long value) {
    Histogram histogram = new Histogram();
    histogram.record(value);
    return histogram.snapshot();
  }
}
