package dev.ocifs.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

final class PerformanceTargetTest {
  static final List<Comparison> COMPARISONS = Comparisons.ALL;

  private static Outcome outcome(Metric metric, double target, double before, double after) {
    return outcome(metric, OptionalDouble.of(target), before, after);
  }

  private static Outcome outcome(
      Metric metric, OptionalDouble target, double before, double after) {
    return new Outcome(comparison(metric, target), Effort.SHORT, before, after);
  }

  private static Comparison comparison(Metric metric, OptionalDouble target) {
    Map<String, String> params = Map.of("k", "v");
    return new Comparison(
        "c",
        "say \"w\"",
        new Comparison.Side("p.C.b", params),
        new Comparison.Side("p.C.a", params),
        metric,
        Need.NOTHING,
        target);
  }

  @ParameterizedTest
  @FieldSource("COMPARISONS")
  void namesBenchmarksAndParametersThatExist(Comparison comparison) throws Exception {
    for (Comparison.Side side : List.of(comparison.before(), comparison.after())) {
      int dot = side.benchmark().lastIndexOf('.');
      Class<?> bench = Class.forName("dev.ocifs.tests.bench." + side.benchmark().substring(0, dot));
      assertThat(bench.getMethods())
          .filteredOn(m -> m.isAnnotationPresent(Benchmark.class))
          .extracting("name")
          .contains(side.benchmark().substring(dot + 1));
      assertThat(bench.getFields())
          .filteredOn(f -> f.isAnnotationPresent(Param.class))
          .extracting(Field::getName)
          .containsAll(side.params().keySet());
    }
    assertThat(comparison.before()).isNotEqualTo(comparison.after());
    assertThat(comparison.target().orElse(1)).isPositive();
  }

  @Test
  void aFasterSideHasLessTimeOrMoreThroughput() {
    assertThat(outcome(Metric.TIME, 0.7, 100, 70).met()).isTrue();
    assertThat(outcome(Metric.TIME, 0.7, 100, 71).met()).isFalse();
    assertThat(outcome(Metric.THROUGHPUT, 1.5, 100, 150).met()).isTrue();
    assertThat(outcome(Metric.THROUGHPUT, 1.5, 100, 149).met()).isFalse();
    assertThat(outcome(Metric.ALLOCATION, 0.75, 0, 0).met()).isFalse();
    assertThat(outcome(Metric.ALLOCATION, 0.75, 0, 1).met()).isFalse();
    assertThat(outcome(Metric.TIME, 0.7, 1, Double.NaN).met()).isFalse();
    assertThat(outcome(Metric.THROUGHPUT, 1.5, 1, Double.NaN).met()).isFalse();
  }

  @Test
  void saysWhatWasMeasuredAndWhetherItIsEnough() {
    assertThat(outcome(Metric.TIME, 0.7, 100, 35).toString())
        .contains("100.0", "35.0 µs/op", "ratio   0.35", "target ≤ 0.70", "met")
        .doesNotContain("missed");
    assertThat(outcome(Metric.THROUGHPUT, 1.5, 100, 35).toString())
        .contains("target ≥ 1.50", "missed");
  }

  @Test
  void whatIsOnlyReportedFailsNothing() {
    Outcome worse = outcome(Metric.HIT_RATE, OptionalDouble.empty(), 80, 20);

    assertThat(worse.met()).isTrue();
    assertThat(worse.toString())
        .contains("80.0", "20.0 %", "ratio   0.25", "target none", "reported")
        .doesNotContain("missed", "met");
    assertThat(outcome(Metric.HIT_RATE, 0.5, 80, 20).met()).isFalse();
    assertThat(outcome(Metric.ENTRY_BYTES, 0.5, 80, 20).met()).isTrue();
  }

  @Test
  void whatIsToAllocateNothingIsJudgedByItsBytesAlone() {
    assertThat(outcome(Metric.NO_ALLOCATION, 1, 0, 0.4).met()).isTrue();
    assertThat(outcome(Metric.NO_ALLOCATION, 1, 1000, 1.1).met()).isFalse();
    assertThat(outcome(Metric.NO_ALLOCATION, 1, 1, Double.NaN).met()).isFalse();
    assertThat(outcome(Metric.NO_ALLOCATION, 1, 1000, 0.2).toString())
        .contains("target ≤ 1 B", "met");
  }

  @Test
  void whatIsSkippedSaysWhy() {
    Comparison comparison = comparison(Metric.TIME, OptionalDouble.of(0.7));
    assertThat(new Skipped(comparison, "no /dev/fuse").toString())
        .contains("say \"w\"", "skipped: no /dev/fuse");
  }

  @Test
  void theReportIsJson() {
    String json =
        Report.json(
            Effort.SHORT,
            List.of(outcome(Metric.TIME, 0.7, 100, 35), outcome(Metric.ALLOCATION, 0.7, 0, 1)),
            List.of(new Skipped(comparison(Metric.TIME, OptionalDouble.of(0.7)), "no \\")));
    int values = 0;
    try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
      while (parser.nextToken() != null) {
        values += parser.currentToken().isScalarValue() ? 1 : 0;
      }
    }
    assertThat(values).isEqualTo(5 + 2 * 14 + 3);
    assertThat(json).contains("\"ratio\": 0.350", "\"ratio\": null", "\"say \\\"w\\\"\"");
    assertThat(Arrays.stream(json.split("\n")).filter(l -> l.contains("\"p.C.b\""))).hasSize(2);
  }
}
