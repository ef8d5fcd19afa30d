package dev.ocifs.layerfs.cache;

import org.jspecify.annotations.Nullable;

/**
 * The use of one value of a {@link MetadataCache}: until it is closed, the value is neither evicted
 * nor closed.
 *
 * <p>Whoever got the lease closes it, once or more often, from any thread. The value stays the
 * cache's: whoever has the lease reads it and does not close it. Thread-safe.
 *
 * @param <V> the type of the value
 */
public final class Lease<V> implements AutoCloseable {
  private final MetadataCache cache;
  private final V value;

  /** Null once closed; guarded by the cache's lock. */
  private @Nullable Entry entry;

  Lease(MetadataCache cache, Entry entry, V value) {
    this.cache = cache;
    this.entry = entry;
    this.value = value;
  }

  /** The value, to be used until the lease is closed. */
  public V value() {
    return value;
  }

  /** Ends the use. A value that the cache holds no longer is closed with its last lease. */
  @Override
  public void close() {
    cache.release(this);
  }

  /** The entry at the first call, null at later ones. */
  @Nullable Entry end() {
    Entry ended = entry;
    entry = null;
    return ended;
  }
}
