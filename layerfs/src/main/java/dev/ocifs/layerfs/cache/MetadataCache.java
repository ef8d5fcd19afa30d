package dev.ocifs.layerfs.cache;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The opened layer indices and image trees, parsed manifests and configurations of a process, found
 * by their digests, those being kept that are used often and were used last.
 *
 * <p>Two structures share the entries. The {@link DigestTable} has all of them; {@link IdleEntries}
 * has those that nobody uses, in lists. So whatever stands at the old end of a list can be evicted
 * at once, however many entries are pinned, and each operation is O(1): a hit takes an entry off
 * its list, the end of its last lease puts it at the new end.
 *
 * <p>An entry goes through these states, all under one lock:
 *
 * <pre>
 *   loading ──▶ pinned ◀──▶ idle (in the list)
 *      │  ╲        │           │
 *    failed ╲──▶ detached ──▶ closed
 * </pre>
 *
 * <p>Loads and closings run outside the lock. A load belongs to the thread that asked first; others
 * that ask for the same key meanwhile wait, and share what it loads. When it fails, each of them
 * tries itself, one after the other: an exception carries the context of one caller. Loaders may
 * ask the cache for other keys, as long as no two loads wait for each other.
 *
 * <p>The bounds are on what the cache holds, pinned entries included: these are never given up, so
 * it is over its bounds while more than that is in use, and no longer. A value heavier than the
 * bound of bytes is shared while it is in use and not kept after.
 *
 * <p>Values that are {@link AutoCloseable} are closed when the cache gives them up. When closing
 * fails, that is logged. Thread-safe.
 */
public final class MetadataCache implements AutoCloseable {
  /**
   * Makes an absent value; when this fails, it leaves nothing open.
   *
   * @param <V> the type of the value
   */
  @FunctionalInterface
  public interface Loader<V> {
    V load() throws IOException;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Inventory entries;
  private boolean closed;
  private long hits;
  private long misses;
  private long failures;
  private long loadNanos;

  /**
   * @param maxEntries the entries to keep; at least 0
   * @param maxBytes the bytes they may weigh together; at least 0
   */
  public MetadataCache(int maxEntries, long maxBytes) {
    if (maxEntries < 0 || maxBytes < 0) {
      throw new IllegalArgumentException("negative: " + maxEntries + " entries, " + maxBytes);
    }
    entries = new Inventory(maxEntries, maxBytes);
  }

  /**
   * The use of the value of a key, which is loaded when it is absent; the caller closes the lease.
   *
   * @param weigher how many bytes a value takes, at least 0; asked once for each value loaded
   * @throws IOException what the loader threw; nothing is kept then
   * @throws IllegalStateException when the cache is closed, or the loader of this key asks for it
   */
  public <V> Lease<V> get(
      MetadataKey<V> key, Loader<? extends V> loader, ToLongFunction<? super V> weigher)
      throws IOException {
    Entry entry;
    lock.lock();
    try {
      Lease<V> found = find(key);
      if (found != null) {
        return found;
      }
      misses++;
      entry = entries.add(key, new Load(Thread.currentThread(), lock.newCondition()));
    } finally {
      lock.unlock();
    }
    return load(entry, loader, weigher);
  }

  /** The use of the value if there is one or another thread's load makes one. */
  private <V> @Nullable Lease<V> find(MetadataKey<V> key) {
    while (true) {
      if (closed) {
        throw new IllegalStateException("the metadata cache is closed");
      }
      Entry entry = entries.find(key);
      if (entry == null) {
        return null;
      }
      if (entry.value instanceof Load load && load.isMine()) {
        throw new IllegalStateException("the load of " + key + " waits for itself");
      }
      entries.pin(entry);
      while (entry.value instanceof Load load) {
        load.over().awaitUninterruptibly();
      }
      Object value = entry.value;
      if (value != null) {
        hits++;
        return new Lease<>(this, entry, key.type().cast(value));
      }
    }
  }

  private <V> Lease<V> load(
      Entry entry, Loader<? extends V> loader, ToLongFunction<? super V> weigher)
      throws IOException {
    V value = null;
    long weight = -1;
    long start = System.nanoTime();
    try {
      value = Objects.requireNonNull(loader.load(), "the loader's value");
      weight = weigher.applyAsLong(value);
      if (weight < 0) {
        throw new IllegalArgumentException(entry.key + " weighs " + weight + " bytes");
      }
      return loaded(entry, value, weight, System.nanoTime() - start);
    } finally {
      if (weight < 0) {
        failed(entry, System.nanoTime() - start);
        if (value != null) {
          Closing.close(entry.key, value);
        }
      }
    }
  }

  private <V> Lease<V> loaded(Entry entry, V value, long weight, long nanos) {
    Entry evicted;
    lock.lock();
    try {
      over(entry, value, nanos);
      evicted = entries.weigh(entry, weight);
    } finally {
      lock.unlock();
    }
    Closing.closeAll(evicted);
    return new Lease<>(this, entry, value);
  }

  private void failed(Entry entry, long nanos) {
    lock.lock();
    try {
      over(entry, null, nanos);
      failures++;
      entries.removeFailed(entry);
    } finally {
      lock.unlock();
    }
  }

  private void over(Entry entry, @Nullable Object value, long nanos) {
    if (entry.value instanceof Load load) {
      load.over().signalAll();
    }
    entry.value = value;
    loadNanos += nanos;
  }

  void release(Lease<?> lease) {
    Entry unused = null;
    lock.lock();
    try {
      Entry entry = lease.end();
      if (entry != null) {
        unused = entries.unpin(entry);
      }
    } finally {
      lock.unlock();
    }
    Closing.closeAll(unused);
  }

  /**
   * Forgets the value of a key: the next asker loads it anew. A value in use is closed with its
   * last lease, and what a load under way makes with the last of those that wait for it.
   */
  public void invalidate(MetadataKey<?> key) {
    Entry unused;
    lock.lock();
    try {
      unused = entries.remove(key);
    } finally {
      lock.unlock();
    }
    Closing.closeAll(unused);
  }

  /** Evicts all entries that are not in use. */
  public void clear() {
    Entry evicted;
    lock.lock();
    try {
      evicted = entries.evictIdle();
    } finally {
      lock.unlock();
    }
    Closing.closeAll(evicted);
  }

  /**
   * Gives up everything: values that are not in use are closed now, the others with their last
   * lease. Closing again does nothing.
   */
  @Override
  public void close() {
    Entry unused;
    lock.lock();
    try {
      closed = true;
      unused = entries.removeAll();
    } finally {
      lock.unlock();
    }
    Closing.closeAll(unused);
  }

  /** What it has done and holds. */
  public CacheStats stats() {
    lock.lock();
    try {
      return entries.stats(hits, misses, failures, loadNanos);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Checks that table, lists and sums agree, in O(entries); for tests and for hunting errors.
   *
   * @throws IllegalStateException naming what is wrong
   */
  public void validate() {
    lock.lock();
    try {
      entries.validate();
      Census.check(!closed || entries.size() == 0, "the closed cache has " + entries.size());
    } finally {
      lock.unlock();
    }
  }
}
