package dev.ocifs.layerfs.batch;

import java.time.Duration;

/**
 * When a batch is full and what a full queue does. Immutable.
 *
 * @param name of the work, for log lines and the thread: "catalog"
 * @param batchSize items that are handed over together, 1 to 1,000; 100 and more make the cost of a
 *     batch disappear behind its items
 * @param capacity items that may wait, at least {@code batchSize}
 * @param delay how long an item of {@link Priority#MEDIUM} waits for others, at most a day
 * @param whenFull what happens to one item more than {@code capacity}
 */
public record BatchOptions(
    String name, int batchSize, int capacity, Duration delay, WhenFull whenFull) {

  /** The largest batch: a longer one holds its locks for longer and gains nothing more. */
  public static final int MAX_BATCH_SIZE = 1000;

  private static final Duration MAX_DELAY = Duration.ofDays(1);

  public BatchOptions {
    if (batchSize < 1 || batchSize > MAX_BATCH_SIZE) {
      throw new IllegalArgumentException("batch size " + batchSize + " is not 1 to 1000");
    }
    if (capacity < batchSize) {
      throw new IllegalArgumentException(
          "capacity " + capacity + " is less than a batch of " + batchSize);
    }
    if (delay.isNegative() || delay.compareTo(MAX_DELAY) > 0) {
      throw new IllegalArgumentException("delay " + delay + " is not 0 to 24 hours");
    }
  }

  /** Batches of 500, 10,000 items at most, 200 ms, blocking. */
  public static BatchOptions of(String name) {
    return new BatchOptions(name, 500, 10_000, Duration.ofMillis(200), WhenFull.BLOCK);
  }

  /** These options with another size of batches and of the queue. */
  public BatchOptions withSizes(int newBatchSize, int newCapacity) {
    return new BatchOptions(name, newBatchSize, newCapacity, delay, whenFull);
  }

  /** These options with another delay. */
  public BatchOptions withDelay(Duration newDelay) {
    return new BatchOptions(name, batchSize, capacity, newDelay, whenFull);
  }

  /** These options with another decision for a full queue. */
  public BatchOptions withWhenFull(WhenFull decision) {
    return new BatchOptions(name, batchSize, capacity, delay, decision);
  }
}
