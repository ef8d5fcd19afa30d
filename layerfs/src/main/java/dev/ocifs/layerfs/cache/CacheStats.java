package dev.ocifs.layerfs.cache;

/**
 * What a {@link MetadataCache} has done since it was made and what it holds, all seen at one
 * moment. Immutable.
 *
 * @param hits the askers that were given a value without loading it, having waited for another's
 *     load or not
 * @param misses the askers that had to load; failed loads are among them
 * @param failures the loads that failed
 * @param evictions the entries given up while nobody used them, to keep the bounds or at {@link
 *     MetadataCache#clear} and {@link MetadataCache#close}; not those invalidated
 * @param loadNanos the nanoseconds that all loads together took, failed ones too
 * @param entries the entries held, also those being loaded
 * @param bytes what they weigh together
 * @param maxBytes what they may weigh
 * @param pinned the values in use or being loaded, also those that the cache holds no longer
 */
public record CacheStats(
    long hits,
    long misses,
    long failures,
    long evictions,
    long loadNanos,
    int entries,
    long bytes,
    long maxBytes,
    int pinned) {

  /** Hits and misses together. */
  public long accesses() {
    return hits + misses;
  }

  /** The part of the accesses that were hits, from 0 to 1; 0 before the first. */
  public double hitRate() {
    return accesses() == 0 ? 0 : (double) hits / accesses();
  }

  /** The nanoseconds a load took on average; 0 before the first. */
  public long averageLoadNanos() {
    return misses == 0 ? 0 : loadNanos / misses;
  }
}
