package dev.ocifs.layerfs.metrics;

/**
 * The runs of one operation together: times in nanoseconds, percentiles at most 3.2 % too high.
 *
 * @param count how often it ran
 * @param allocatedBytes what those runs allocated that counted it; 0 when none did
 */
public record OperationSummary(
    String name,
    long count,
    long totalNanos,
    long averageNanos,
    long minNanos,
    long maxNanos,
    long p50Nanos,
    long p95Nanos,
    long p99Nanos,
    long allocatedBytes) {

  /** All but the name as a JSON object. */
  String toJson() {
    return "{\"count\": "
        + count
        + ", \"totalNanos\": "
        + totalNanos
        + ", \"averageNanos\": "
        + averageNanos
        + ", \"minNanos\": "
        + minNanos
        + ", \"maxNanos\": "
        + maxNanos
        + ", \"p50Nanos\": "
        + p50Nanos
        + ", \"p95Nanos\": "
        + p95Nanos
        + ", \"p99Nanos\": "
        + p99Nanos
        + ", \"allocatedBytes\": "
        + allocatedBytes
        + "}";
  }
}
