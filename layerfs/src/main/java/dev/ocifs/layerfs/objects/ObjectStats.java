package dev.ocifs.layerfs.objects;

import dev.ocifs.layerfs.cache.CacheStats;

/**
 * What an {@link ObjectStore} has done since it was opened and what it holds. Immutable.
 *
 * @param hits spans that were found and right
 * @param misses spans that were not
 * @param damaged files that were found and not right, and were deleted; they are misses, too
 * @param writes spans that were written
 * @param failures spans that could not be written
 * @param dropped spans that were offered in vain because many waited
 * @param evictions files given up to keep the bound
 * @param entries files held
 * @param bytes what they take on disk, in whole blocks
 * @param maxBytes what they may take
 * @param contentBytes what they hold, decoded
 */
public record ObjectStats(
    long hits,
    long misses,
    long damaged,
    long writes,
    long failures,
    long dropped,
    long evictions,
    int entries,
    long bytes,
    long maxBytes,
    long contentBytes) {
  /** Of a store that keeps nothing. */
  public static final ObjectStats NONE = new ObjectStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** What compression saves of what is held now; not negative. */
  public long savedBytes() {
    return Math.max(0, contentBytes - bytes);
  }

  /** The part of the searches that were hits, from 0 to 1; 0 before the first. */
  public double hitRate() {
    return hits + misses == 0 ? 0 : (double) hits / (hits + misses);
  }

  /** The same in the terms of all tiers, for what lists them; files damaged are its failures. */
  public CacheStats asCache() {
    return new CacheStats(hits, misses, damaged, evictions, 0, entries, bytes, maxBytes, 0);
  }
}
