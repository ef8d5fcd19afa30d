package dev.ocifs.layerfs.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PerformanceTrackerTest {
  private static final int RUNS = 50_000;

  /** More than any JVM allocates in so many runs by itself, less than a byte for each. */
  private static final long NOTHING_BYTES = RUNS / 2;

  private final Metrics metrics = new Metrics();
  private final PerformanceTracker tracker = new PerformanceTracker(metrics);
  private final Operation operation = tracker.operation("read.span");

  /** Keeps the compiler from leaving allocations out. */
  private static volatile byte[] sink = new byte[0];

  @Test
  void recordsNothingWhenOff() {
    operation.end(operation.start(), operation.startBytes());
    assertThat(tracker.enabled()).isFalse();
    assertThat(tracker.summary()).isEmpty();
    assertThat(tracker.toJson()).isEqualTo("{}");
    assertThat(metrics.toPrometheus())
        .contains("ocifs_operation_seconds_count{operation=\"read.span\"} 0\n");
  }

  @Test
  void recordsARunThatBeganWhileItWasOnOnly() {
    long startedOff = operation.start();
    tracker.setEnabled(true);
    operation.end(startedOff);
    assertThat(tracker.summary()).isEmpty();
    long startedOn = operation.start();
    tracker.setEnabled(false);
    operation.end(startedOn);
    assertThat(tracker.summary()).singleElement().returns(1L, OperationSummary::count);
  }

  @Test
  void summarisesRuns() {
    tracker.setEnabled(true);
    for (int i = 0; i < 100; i++) {
      operation.end(operation.start());
    }
    OperationSummary summary = tracker.summary().get(0);
    assertThat(summary.name()).isEqualTo("read.span");
    assertThat(summary.count()).isEqualTo(100);
    assertThat(summary.averageNanos()).isBetween(summary.minNanos(), summary.maxNanos());
    assertThat(summary.totalNanos()).isBetween(100 * summary.minNanos(), 100 * summary.maxNanos());
    assertThat(summary.p50Nanos()).isBetween(summary.minNanos(), summary.p95Nanos());
    assertThat(summary.p95Nanos()).isLessThanOrEqualTo(summary.p99Nanos());
    assertThat(summary.p99Nanos()).isLessThanOrEqualTo(summary.maxNanos());
    tracker.clear();
    assertThat(tracker.summary()).isEmpty();
  }

  @Test
  void countsWhatARunAllocates() {
    tracker.setEnabled(true);
    long start = operation.start();
    long bytes = operation.startBytes();
    sink = new byte[1 << 20];
    operation.end(start, bytes);
    assertThat(sink).hasSize(1 << 20);
    assertThat(tracker.summary().get(0).allocatedBytes()).isBetween(1L << 20, 1L << 21);
  }

  @Test
  void allocatesNothingItself() {
    tracker.setEnabled(true);
    run(RUNS);
    long before = ThreadAllocation.bytes();
    run(RUNS);
    assertThat(ThreadAllocation.bytes() - before).isLessThan(NOTHING_BYTES);
    tracker.setEnabled(false);
    before = ThreadAllocation.bytes();
    run(RUNS);
    assertThat(ThreadAllocation.bytes() - before).isLessThan(NOTHING_BYTES);
    assertThat(before).isPositive();
  }

  private void run(int times) {
    for (int i = 0; i < times; i++) {
      operation.end(operation.start());
    }
  }

  @Test
  void countsEveryRunOfManyThreads() throws InterruptedException {
    tracker.setEnabled(true);
    int threads = 8;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        pool.execute(
            () -> {
              for (int i = 0; i < RUNS; i++) {
                Operation mine = tracker.operation("read." + i % 3);
                mine.end(mine.start());
              }
            });
      }
      pool.shutdown();
      assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
    assertThat(tracker.summary())
        .extracting(OperationSummary::name)
        .containsExactly("read.0", "read.1", "read.2");
    assertThat(tracker.summary().stream().mapToLong(OperationSummary::count).sum())
        .isEqualTo((long) threads * RUNS);
  }

  @Test
  void exportsJson() {
    tracker.setEnabled(true);
    operation.end(operation.start());
    Operation index = tracker.operation("index");
    index.end(index.start());
    String times = "\"totalNanos\": \\d+, \"averageNanos\": \\d+, \"minNanos\": \\d+, ";
    String run =
        "\\{\"count\": 1, "
            + times
            + "\"maxNanos\": \\d+, \"p50Nanos\": \\d+, \"p95Nanos\": \\d+, \"p99Nanos\": \\d+,"
            + " \"allocatedBytes\": 0\\}";
    assertThat(tracker.toJson())
        .matches("\\{\"index\": " + run + ", \"read.span\": " + run + "\\}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Read", "1read", "read\"", "a b"})
  void refusesNamesThatNeedEscapes(String name) {
    assertThatThrownBy(() -> tracker.operation(name)).isInstanceOf(IllegalArgumentException.class);
  }
}
