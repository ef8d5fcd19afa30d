package dev.ocifs.layerfs.cache;

import dev.ocifs.layerfs.metrics.FlightEvents;
import org.jspecify.annotations.Nullable;

/**
 * All entries of a {@link MetadataCache}: which there are, what they weigh, which are in use, and
 * which are given up to keep the bounds.
 *
 * <p>The {@link DigestTable} has all of them, {@link IdleEntries} those that nobody uses. Whatever
 * no longer belongs to the cache is returned, chained by {@link Entry#next}, for the caller to
 * close outside the lock. Not thread-safe: the cache's lock guards it.
 */
final class Inventory {
  private final int maxEntries;
  private final long maxBytes;
  private final DigestTable table = new DigestTable();
  private final IdleEntries idle = new IdleEntries();
  private long bytes;

  /** The entries with pins, in the table or not. */
  private int pinned;

  /** Those of them that are not in the table. */
  private int detached;

  private long evictions;

  Inventory(int maxEntries, long maxBytes) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
  }

  /** The entry of a key that is asked for, if there is one. */
  @Nullable Entry find(MetadataKey<?> key) {
    idle.asked(key, table.size());
    return table.find(key);
  }

  /** Adds an entry, pinned once, for a key that has none. */
  Entry add(MetadataKey<?> key, Load load) {
    Entry entry = new Entry(key, load);
    table.add(entry);
    pinned++;
    return entry;
  }

  void pin(Entry entry) {
    if (entry.pins++ == 0) {
      idle.remove(entry);
      pinned++;
    }
  }

  /** Gives a loaded entry its weight; returns what had to go for it. */
  @Nullable Entry weigh(Entry entry, long weight) {
    entry.weight = weight;
    if (entry.attached) {
      bytes += weight;
    }
    return evictTo(maxEntries, maxBytes);
  }

  /** Removes an entry whose load failed; whoever waits for it looks for the key again. */
  void removeFailed(Entry entry) {
    if (entry.attached) {
      table.remove(entry);
    } else {
      detached--;
    }
    pinned--;
  }

  /** Ends one use; returns what goes thereby. */
  @Nullable Entry unpin(Entry entry) {
    if (--entry.pins > 0) {
      return null;
    }
    pinned--;
    if (!entry.attached) {
      detached--;
      return entry;
    }
    if (entry.weight > maxBytes) {
      return evict(entry);
    }
    idle.add(entry);
    return evictTo(maxEntries, maxBytes);
  }

  /** Forgets a key; returns its entry unless that is in use. */
  @Nullable Entry remove(MetadataKey<?> key) {
    Entry entry = table.find(key);
    if (entry != null && entry.pins > 0) {
      detach(entry);
      return null;
    }
    if (entry != null) {
      idle.remove(entry);
      drop(entry);
    }
    return entry;
  }

  /** Evicts and returns all that is idle. */
  @Nullable Entry evictIdle() {
    return evictTo(0, 0);
  }

  /** Forgets all entries; those in use leave with their last use. */
  @Nullable Entry removeAll() {
    Entry evicted = evictIdle();
    table.forEach(this::detach);
    return evicted;
  }

  /** Evicts idle entries until the others are within bounds, or none is left. */
  private @Nullable Entry evictTo(int entryBound, long byteBound) {
    Entry evicted = null;
    while (idle.size() > 0 && (table.size() > entryBound || bytes > byteBound)) {
      Entry least = idle.removeLeast();
      if (least != null) {
        evict(least).next = evicted;
        evicted = least;
      }
    }
    idle.settle();
    return evicted;
  }

  private Entry evict(Entry entry) {
    drop(entry);
    evictions++;
    FlightEvents.cacheEvicted("metadata", entry.weight);
    return entry;
  }

  /** Takes an entry with pins out of the table. */
  private void detach(Entry entry) {
    drop(entry);
    detached++;
  }

  private void drop(Entry entry) {
    table.remove(entry);
    bytes -= entry.weight;
  }

  CacheStats stats(long hits, long misses, long failures, long loadNanos) {
    return new CacheStats(
        hits, misses, failures, evictions, loadNanos, table.size(), bytes, maxBytes, pinned);
  }

  /**
   * Checks that table, lists and sums agree, in O(entries).
   *
   * @throws IllegalStateException naming what is wrong
   */
  void validate() {
    table.validate();
    idle.validate(table);
    Census census = new Census();
    table.forEach(census::add);
    census.compare(idle.size(), pinned - detached, bytes);
    int loaded = table.size() - census.loading();
    Census.check(
        idle.size() == 0 || (loaded <= maxEntries && bytes <= maxBytes),
        loaded + " entries of " + bytes + " bytes, some of them idle, are over the bounds");
    Census.check(detached >= 0, "a negative number is detached: " + detached);
  }

  int size() {
    return table.size();
  }
}
