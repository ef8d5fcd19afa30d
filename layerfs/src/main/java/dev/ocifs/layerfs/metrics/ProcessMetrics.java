package dev.ocifs.layerfs.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.RuntimeMXBean;
import java.lang.management.ThreadMXBean;

/** What this process uses of the machine, under the names that Prometheus' own clients use. */
public final class ProcessMetrics {
  private static final double MILLIS_PER_SECOND = 1e3;
  private static final double NANOS_PER_SECOND = 1e9;

  private ProcessMetrics() {}

  /**
   * Adds the figures; once for each registry. They are read from the JVM whenever somebody asks.
   */
  public static void register(Metrics metrics) {
    RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    metrics.gauge(
        "process_start_time_seconds",
        "When the process started, in seconds since the epoch.",
        () -> runtime.getStartTime() / MILLIS_PER_SECOND);
    metrics.gauge(
        "jvm_memory_used_bytes",
        "Bytes in use, garbage included.",
        () -> memory.getHeapMemoryUsage().getUsed(),
        "area",
        "heap");
    metrics.gauge(
        "jvm_memory_max_bytes",
        "Bytes that may be used.",
        () -> memory.getHeapMemoryUsage().getMax(),
        "area",
        "heap");
    metrics.gauge("jvm_threads_current", "Platform threads.", threads::getThreadCount);
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      metrics.counter(
          "ocifs_gc_seconds_total",
          "Time spent collecting garbage.",
          () -> collector.getCollectionTime() / MILLIS_PER_SECOND,
          "collector",
          collector.getName());
    }
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      metrics.counter(
          "process_cpu_seconds_total",
          "CPU time of the process.",
          () -> system.getProcessCpuTime() / NANOS_PER_SECOND);
      metrics.gauge(
          "process_open_fds", "Open file descriptors.", system::getOpenFileDescriptorCount);
      metrics.gauge("process_max_fds", "Most file descriptors.", system::getMaxFileDescriptorCount);
    }
  }
}
