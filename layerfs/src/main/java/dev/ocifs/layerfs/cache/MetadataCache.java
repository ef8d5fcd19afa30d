package dev.ocifs.layerfs.cache;

import java.io.IOException;
import java.lang.System.Logger;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The opened layer indices and image trees, parsed manifests and configurations of a process, found
 * by their digests, those used last being kept.
 *
 * <p>Two structures share the entries. The {@link DigestTable} has all of them; the {@link LruList}
 * has those that nobody uses, in the order in which their use ended. So whatever stands at the
 * list's old end can be evicted at once, however many entries are pinned, and each operation is
 * O(1): a hit takes an entry off the list, the end of its last lease puts it at the new end.
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
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs.cache");

  /**
   * Makes an absent value; when this fails, it leaves nothing open.
   *
   * @param <V> the type of the value
   */
  @FunctionalInterface
  public interface Loader<V> {
    V load() throws IOException;
  }

  private final int maxEntries;
  private final long maxBytes;

  private final ReentrantLock lock = new ReentrantLock();
  private final DigestTable table = new DigestTable();
  private final LruList idle = new LruList();
  private boolean closed;
  private long bytes;

  /** The entries with pins, in the table or not. */
  private int pinned;

  /** Those of them that are not in the table. */
  private int detached;

  private long hits;
  private long misses;
  private long failures;
  private long evictions;
  private long loadNanos;

  /**
   * @param maxEntries the entries to keep; at least 0
   * @param maxBytes the bytes they may weigh together; at least 0
   */
  public MetadataCache(int maxEntries, long maxBytes) {
    if (maxEntries < 0 || maxBytes < 0) {
      throw new IllegalArgumentException("negative: " + maxEntries + " entries, " + maxBytes);
    }
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
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
      entry = new Entry(key, new Load(Thread.currentThread(), lock.newCondition()));
      table.add(entry);
      pinned++;
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
      Entry entry = table.find(key);
      if (entry == null) {
        return null;
      }
      if (entry.value instanceof Load load && load.isMine()) {
        throw new IllegalStateException("the load of " + key + " waits for itself");
      }
      pin(entry);
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
          close(entry.key, value);
        }
      }
    }
  }

  private <V> Lease<V> loaded(Entry entry, V value, long weight, long nanos) {
    Entry evicted;
    lock.lock();
    try {
      over(entry, value, nanos);
      entry.weight = weight;
      if (entry.attached) {
        bytes += weight;
      }
      evicted = evictTo(maxEntries, maxBytes);
    } finally {
      lock.unlock();
    }
    closeAll(evicted);
    return new Lease<>(this, entry, value);
  }

  private void failed(Entry entry, long nanos) {
    lock.lock();
    try {
      over(entry, null, nanos);
      failures++;
      // Whoever waits looks for the key again: nobody uses this entry any more.
      if (entry.attached) {
        table.remove(entry);
      } else {
        detached--;
      }
      pinned--;
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
      if (entry != null && unpin(entry)) {
        if (!entry.attached) {
          unused = entry;
        } else if (entry.weight > maxBytes) {
          unused = drop(entry);
          evictions++;
        } else {
          idle.addNewest(entry);
          unused = evictTo(maxEntries, maxBytes);
        }
      }
    } finally {
      lock.unlock();
    }
    closeAll(unused);
  }

  /**
   * Forgets the value of a key: the next asker loads it anew. A value in use is closed with its
   * last lease, and what a load under way makes with the last of those that wait for it.
   */
  public void invalidate(MetadataKey<?> key) {
    Entry unused = null;
    lock.lock();
    try {
      Entry entry = table.find(key);
      if (entry != null && entry.pins > 0) {
        detach(entry);
      } else if (entry != null) {
        idle.remove(entry);
        unused = drop(entry);
      }
    } finally {
      lock.unlock();
    }
    closeAll(unused);
  }

  /** Evicts all entries that are not in use. */
  public void clear() {
    Entry evicted;
    lock.lock();
    try {
      evicted = evictTo(0, 0);
    } finally {
      lock.unlock();
    }
    closeAll(evicted);
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
      unused = evictTo(0, 0);
      table.forEach(this::detach);
    } finally {
      lock.unlock();
    }
    closeAll(unused);
  }

  private void pin(Entry entry) {
    if (entry.pins++ == 0) {
      idle.remove(entry);
      pinned++;
    }
  }

  /** Whether this was the last pin. */
  private boolean unpin(Entry entry) {
    if (--entry.pins > 0) {
      return false;
    }
    pinned--;
    if (!entry.attached) {
      detached--;
    }
    return true;
  }

  /** Takes an entry with pins out of the table. */
  private void detach(Entry entry) {
    drop(entry);
    detached++;
  }

  private Entry drop(Entry entry) {
    table.remove(entry);
    bytes -= entry.weight;
    return entry;
  }

  /**
   * Drops the entries used least recently until the others are within bounds.
   *
   * @return those to be closed, chained
   */
  private @Nullable Entry evictTo(int entryBound, long byteBound) {
    Entry evicted = null;
    Entry oldest = idle.oldest();
    while (oldest != null && (table.size() > entryBound || bytes > byteBound)) {
      idle.remove(oldest);
      drop(oldest).next = evicted;
      evicted = oldest;
      evictions++;
      oldest = idle.oldest();
    }
    return evicted;
  }

  private static void closeAll(@Nullable Entry first) {
    for (Entry entry = first; entry != null; entry = entry.next) {
      if (entry.value != null) {
        close(entry.key, entry.value);
      }
    }
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // kept: the flag is set again
  private static void close(MetadataKey<?> key, Object value) {
    if (value instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception | Error e) {
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        LOG.log(Logger.Level.WARNING, "cannot close " + key, e);
      }
    }
  }

  public CacheStats stats() {
    lock.lock();
    try {
      return new CacheStats(
          hits, misses, failures, evictions, loadNanos, table.size(), bytes, maxBytes, pinned);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Checks that table, list and sums agree, in O(entries); for tests and for hunting errors.
   *
   * @throws IllegalStateException naming what is wrong
   */
  public void validate() {
    lock.lock();
    try {
      table.validate();
      idle.validate(table);
      Census census = new Census();
      table.forEach(census::add);
      census.compare(idle.size(), pinned - detached, bytes);
      int loaded = table.size() - census.loading();
      Census.check(
          idle.size() == 0 || (loaded <= maxEntries && bytes <= maxBytes),
          loaded + " entries of " + bytes + " bytes, some of them idle, are over the bounds");
      Census.check(!closed || table.size() == 0, "the closed cache has " + table.size());
      Census.check(detached >= 0, "a negative number is detached: " + detached);
    } finally {
      lock.unlock();
    }
  }
}
