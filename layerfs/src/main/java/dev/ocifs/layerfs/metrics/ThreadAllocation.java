package dev.ocifs.layerfs.metrics;

import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/** How much heap the current thread has allocated, where the JVM counts it. */
final class ThreadAllocation {
  private static final com.sun.management.@Nullable ThreadMXBean THREADS = find();

  private ThreadAllocation() {}

  /** Bytes since the thread began; -1 when the JVM does not tell, as for virtual threads. */
  static long bytes() {
    return THREADS == null ? -1 : THREADS.getCurrentThreadAllocatedBytes();
  }

  private static com.sun.management.@Nullable ThreadMXBean find() {
    if (ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean threads
        && threads.isThreadAllocatedMemorySupported()
        && threads.isThreadAllocatedMemoryEnabled()) {
      return threads;
    }
    return null;
  }
}
