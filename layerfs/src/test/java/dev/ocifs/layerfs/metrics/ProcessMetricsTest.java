package dev.ocifs.layerfs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ProcessMetricsTest {
  private final Metrics metrics = new Metrics();

  private Map<String, Double> read() {
    return metrics
        .toPrometheus()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.lastIndexOf(' ')),
                line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1))));
  }

  @Test
  void tellsWhatTheProcessUses() {
    double maxHeap = (double) Runtime.getRuntime().maxMemory();
    ProcessMetrics.register(metrics);
    Map<String, Double> figures = read();
    double started = ProcessHandle.current().info().startInstant().orElseThrow().getEpochSecond();
    assertThat(figures.get("process_start_time_seconds")).isBetween(started - 60, started + 60);
    assertThat(figures.get("jvm_memory_max_bytes{area=\"heap\"}")).isEqualTo(maxHeap);
    assertThat(figures.get("jvm_memory_used_bytes{area=\"heap\"}")).isBetween(1.0, maxHeap);
    assertThat(figures.get("jvm_threads_current")).isPositive();
    assertThat(figures.get("process_cpu_seconds_total")).isPositive();
    assertThat(figures.get("process_open_fds")).isBetween(1.0, figures.get("process_max_fds"));
    assertThat(figures.keySet()).anyMatch(name -> name.startsWith("ocifs_gc_seconds_total{"));
  }
}
