package dev.ocifs.layerfs.files;

import dev.ocifs.layerfs.cache.CacheStats;

/**
 * What a {@link FileStore} has done since it was opened and what it holds. Immutable.
 *
 * @param hits files that were asked for and there
 * @param misses files that were not
 * @param writes files that were made
 * @param shared files that turned out to have the content of another
 * @param failures files that could not be made
 * @param evictions contents given up to keep the bound
 * @param entries contents held
 * @param bytes what they hold, which is about what they take on disk
 * @param maxBytes what they may
 */
public record FileStats(
    long hits,
    long misses,
    long writes,
    long shared,
    long failures,
    long evictions,
    long entries,
    long bytes,
    long maxBytes) {
  /** Of a store that nobody has used. */
  public static final FileStats NONE = new FileStats(0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** The same in the terms of all tiers, for what lists them. */
  public CacheStats asCache() {
    int held = (int) Math.min(entries, Integer.MAX_VALUE);
    return new CacheStats(hits, misses, failures, evictions, 0, held, bytes, maxBytes, 0);
  }
}
