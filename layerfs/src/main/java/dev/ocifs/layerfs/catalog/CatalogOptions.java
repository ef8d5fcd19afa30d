package dev.ocifs.layerfs.catalog;

import dev.ocifs.layerfs.batch.BatchOptions;
import dev.ocifs.layerfs.batch.WhenFull;
import java.time.Duration;

/**
 * How a {@link Catalog} uses its file. Immutable.
 *
 * @param slowQuery statements that take longer are logged and counted
 * @param busyTimeout how long a statement waits for another process that writes
 * @param mmapBytes how much of the file is read through a memory map, 0 for none; a disk that fails
 *     below a map ends the process, one that fails below a read does not
 * @param batch how writes are collected
 */
public record CatalogOptions(
    Duration slowQuery, Duration busyTimeout, long mmapBytes, BatchOptions batch) {

  public CatalogOptions {
    if (slowQuery.isNegative() || busyTimeout.isNegative() || mmapBytes < 0) {
      throw new IllegalArgumentException("an option is negative");
    }
  }

  /** 50 ms, 5 s, 64 MiB, batches of 500 that lose accesses rather than make a reader wait. */
  public static CatalogOptions defaults() {
    return new CatalogOptions(
        Duration.ofMillis(50),
        Duration.ofSeconds(5),
        64L << 20,
        BatchOptions.of("catalog").withWhenFull(WhenFull.DROP_LOW));
  }

  /** The defaults for whoever reads all of a catalog: no query is slow. */
  public static CatalogOptions unhurried() {
    return defaults().withSlowQuery(Duration.ofDays(1));
  }

  /** These options with another threshold of what is slow. */
  public CatalogOptions withSlowQuery(Duration threshold) {
    return new CatalogOptions(threshold, busyTimeout, mmapBytes, batch);
  }

  /** These options with another way to collect writes. */
  public CatalogOptions withBatch(BatchOptions options) {
    return new CatalogOptions(slowQuery, busyTimeout, mmapBytes, options);
  }
}
