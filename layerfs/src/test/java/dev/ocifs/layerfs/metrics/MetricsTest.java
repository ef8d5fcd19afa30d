package dev.ocifs.layerfs.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final Metrics metrics = new Metrics();

  @Test
  void writesTheTextFormat() {
    metrics.gauge("pool_in_use", "Readers \\ lent.\nNow.", () -> 2.5);
    metrics.counter("hits_total", "Hits.", "tier", "chunks").add(41);
    metrics.counter("hits_total", "ignored", "tier", "chunks").increment();
    metrics.counter("hits_total", "ignored", () -> 7, "tier", "a\"b\\c\nd", "x", "");
    assertThat(metrics.toPrometheus())
        .isEqualTo(
            """
            # HELP hits_total Hits.
            # TYPE hits_total counter
            hits_total{tier="chunks"} 42
            hits_total{tier="a\\"b\\\\c\\nd",x=""} 7
            # HELP pool_in_use Readers \\\\ lent.\\nNow.
            # TYPE pool_in_use gauge
            pool_in_use 2.5
            """);
  }

  @Test
  void writesHistogramsOfTimeInSeconds() {
    Histogram histogram = metrics.histogram("wait_seconds", "Waits.", "pool", "gzip");
    histogram.record(255);
    histogram.record(256);
    histogram.record(1_500_000_000);
    assertThat(metrics.toPrometheus().lines())
        .startsWith("# HELP wait_seconds Waits.", "# TYPE wait_seconds histogram")
        .contains(
            "wait_seconds_bucket{pool=\"gzip\",le=\"2.55E-7\"} 1",
            "wait_seconds_bucket{pool=\"gzip\",le=\"1.023E-6\"} 2",
            "wait_seconds_bucket{pool=\"gzip\",le=\"4.294967295\"} 3")
        .endsWith(
            "wait_seconds_bucket{pool=\"gzip\",le=\"+Inf\"} 3",
            "wait_seconds_sum{pool=\"gzip\"} 1.500000511",
            "wait_seconds_count{pool=\"gzip\"} 3")
        .hasSize(20);
  }

  @Test
  void writesOtherHistogramsAsTheyAre() {
    metrics.histogram("read_bytes", "Sizes of reads.").record(4096);
    assertThat(metrics.toPrometheus())
        .contains("read_bytes_bucket{le=\"4095\"} 0\nread_bytes_bucket{le=\"16383\"} 1\n")
        .endsWith("read_bytes_sum 4096\nread_bytes_count 1\n");
  }

  @Test
  void writesWhatIsNoNumber() {
    metrics.gauge("a", "", () -> Double.POSITIVE_INFINITY);
    metrics.gauge("b", "", () -> Double.NEGATIVE_INFINITY);
    metrics.gauge("c", "", () -> Double.NaN);
    metrics.gauge(
        "d",
        "",
        () -> {
          throw new IllegalStateException("closed");
        });
    assertThat(metrics.toPrometheus().lines().filter(line -> !line.startsWith("#")))
        .containsExactly("a +Inf", "b -Inf", "c NaN", "d NaN");
  }

  @Test
  void letsASupplierRegisterMore() {
    metrics.gauge("a", "", () -> metrics.counter("b_total", "").value());
    assertThat(metrics.toPrometheus()).doesNotContain("b_total");
    assertThat(metrics.toPrometheus()).contains("b_total 0\n");
  }

  @Test
  void keepsFiguresApartThatLookAlike() {
    metrics.counter("x_total", "", "a", "b, c, d").add(1);
    metrics.counter("x_total", "", "a", "b", "c", "d").add(2);
    assertThat(metrics.toPrometheus())
        .contains("x_total{a=\"b, c, d\"} 1\nx_total{a=\"b\",c=\"d\"} 2\n");
  }

  @Test
  void refusesWhatReadersWouldNotUnderstand() {
    metrics.counter("a_total", "A.", "x", "1");
    metrics.gauge("b", "B.", () -> 0);
    assertRefused(() -> metrics.histogram("a_total", "A."));
    assertRefused(() -> metrics.counter("a_total", "A.", () -> 1, "x", "1"));
    assertRefused(() -> metrics.gauge("b", "B.", () -> 1));
    assertRefused(() -> metrics.counter("", ""));
    assertRefused(() -> metrics.counter("1a", ""));
    assertRefused(() -> metrics.counter("a-b", ""));
    assertRefused(() -> metrics.counter("c", "", "label"));
    assertRefused(() -> metrics.counter("c", "", "la\"bel", "x"));
    assertThat(metrics.toPrometheus())
        .isEqualTo(
            """
        # HELP a_total A.
        # TYPE a_total counter
        a_total{x="1"} 0
        # HELP b B.
        # TYPE b gauge
        b 0
        """);
  }

  private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void countsExactlyUnderManyThreads() throws InterruptedException {
    int threads = 8;
    int times = 20_000;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        pool.execute(
            () -> {
              for (int i = 0; i < times; i++) {
                metrics.counter("n_total", "N.", "odd", Integer.toString(i % 2)).increment();
              }
            });
      }
      pool.shutdown();
      assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
    long half = (long) threads * times / 2;
    assertThat(metrics.toPrometheus())
        .contains("n_total{odd=\"0\"} " + half + "\n", "n_total{odd=\"1\"} " + half + "\n");
  }
}
