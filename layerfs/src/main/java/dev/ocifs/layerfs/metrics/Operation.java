package dev.ocifs.layerfs.metrics;

/**
 * One kind of work whose runs a {@link PerformanceTracker} measures.
 *
 * <pre>{@code
 * long start = decode.start();
 * long bytes = decode.startBytes();   // only where allocation matters: it costs a call of the JVM
 * ...
 * decode.end(start, bytes);
 * }</pre>
 *
 * <p>A run that fails and never comes to its end is not counted. Thread-safe; start and end of a
 * run belong on one thread when bytes are counted.
 */
public final class Operation {
  /** What {@link #start} gives when nothing is recorded. */
  private static final long OFF = Long.MIN_VALUE;

  private final PerformanceTracker tracker;
  private final String name;
  private final Histogram nanos;
  private final Counter allocated;

  Operation(PerformanceTracker tracker, String name, Metrics metrics) {
    this.tracker = tracker;
    this.name = name;
    nanos =
        metrics.histogram(
            "ocifs_operation_seconds", "How long operations took.", "operation", name);
    allocated =
        metrics.counter(
            "ocifs_operation_allocated_bytes_total",
            "Bytes of heap that operations allocated, of those that count them.",
            "operation",
            name);
  }

  public String name() {
    return name;
  }

  /** Begins a run; what it returns is for {@link #end} only. */
  public long start() {
    return tracker.enabled() ? System.nanoTime() : OFF;
  }

  /**
   * Bytes that this thread has allocated until now, for {@link #end(long, long)} only; a negative
   * number when nothing is recorded or this JVM does not tell.
   */
  public long startBytes() {
    return tracker.enabled() ? ThreadAllocation.bytes() : -1;
  }

  /** Ends a run: records the time since its start, unless the tracker was off then. */
  public void end(long start) {
    if (start != OFF) {
      nanos.record(System.nanoTime() - start);
    }
  }

  /** Ends a run: records its time, and what this thread has allocated since its start. */
  public void end(long start, long startBytes) {
    end(start);
    if (startBytes >= 0) {
      allocated.add(ThreadAllocation.bytes() - startBytes);
    }
  }

  OperationSummary summary() {
    HistogramSnapshot snapshot = nanos.snapshot();
    return new OperationSummary(
        name,
        snapshot.count(),
        snapshot.sum(),
        Math.round(snapshot.average()),
        snapshot.min(),
        snapshot.max(),
        snapshot.percentile(50),
        snapshot.percentile(95),
        snapshot.percentile(99),
        allocated.value());
  }

  void clear() {
    nanos.clear();
    allocated.reset();
  }
}
