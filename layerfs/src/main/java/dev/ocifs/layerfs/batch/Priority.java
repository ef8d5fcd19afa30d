package dev.ocifs.layerfs.batch;

/**
 * How long an item may wait for others, as a multiple of {@link BatchOptions#delay}; the most
 * urgent items of a queue are also handed over first.
 */
public enum Priority {
  /** Takes everything that waits along with it, at once. */
  CRITICAL(0, 1),
  /** Waits a quarter of the delay. */
  HIGH(1, 4),
  /** Waits the delay. */
  MEDIUM(1, 1),
  /** Waits four delays, and is the first to go where a full queue drops items. */
  LOW(4, 1);

  private final int times;
  private final int parts;

  Priority(int times, int parts) {
    this.times = times;
    this.parts = parts;
  }

  long delayNanos(long delayNanos) {
    return delayNanos / parts * times;
  }
}
