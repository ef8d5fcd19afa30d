package dev.ocifs.layerfs.cache;

import org.jspecify.annotations.Nullable;

/**
 * One entry of a {@link MetadataCache}, with the links of the table's chain and of the list in
 * itself. Guarded by the cache's lock.
 */
final class Entry {
  final MetadataKey<?> key;

  /** A {@link Load} while it is being loaded; null when that failed. */
  @Nullable Object value;

  /** The bytes the value weighs; 0 until it is loaded. */
  long weight;

  /** The leases that are open, and the threads that load it or wait for that: first, the loader. */
  int pins = 1;

  /** Whether the table has it. One that left the table is closed by its last lease. */
  boolean attached;

  /** Whether it is past its beginning, as {@link IdleEntries} says. */
  boolean proven;

  /** The next in its chain of the table; once it has left the table, of those to be closed. */
  @Nullable Entry next;

  @Nullable Entry newer;
  @Nullable Entry older;

  Entry(MetadataKey<?> key, Load load) {
    this.key = key;
    this.value = load;
  }

  @Override
  public String toString() {
    return key + " (pins " + pins + ", bytes " + weight + ")";
  }
}
