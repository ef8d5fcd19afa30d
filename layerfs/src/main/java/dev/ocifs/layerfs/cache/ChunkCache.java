package dev.ocifs.layerfs.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.ocifs.layerfs.metrics.FlightEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Decompressed chunks of layers, as many as fit into a number of bytes, those used most being kept.
 *
 * <p>Single-flight: threads that ask for the same absent chunk at once wait for one load. A load
 * that fails leaves nothing behind: the next asker tries again. A chunk that is longer than the
 * bound goes to those who wait for it, and is not kept. With a bound of time, chunks that nobody
 * reads are given back then, also when nothing else happens: whether the JVM gives the memory to
 * the system is up to its collector. Thread-safe.
 */
public final class ChunkCache {

  /** Makes an absent chunk. */
  @FunctionalInterface
  public interface Loader {
    byte[] load() throws IOException;
  }

  /**
   * Names a chunk; can be kept and used again.
   *
   * @param layer what the span belongs to, compared by identity or its own equals
   */
  public record Key(Object layer, int span) {}

  private final Cache<Key, byte[]> chunks;
  private final long maxEntryBytes;

  public ChunkCache(ChunkBounds bounds) {
    this(bounds, Ticker.systemTicker(), Scheduler.systemScheduler());
  }

  /**
   * @param scheduler is told when the next chunk may have been idle for too long
   */
  ChunkCache(ChunkBounds bounds, Ticker ticker, Scheduler scheduler) {
    maxEntryBytes = Math.min(bounds.entryBytes(), bounds.bytes());
    Caffeine<Key, byte[]> builder =
        Caffeine.newBuilder()
            .maximumWeight(bounds.bytes())
            .weigher(this::weigh)
            .evictionListener(ChunkCache::evicted)
            .executor(Runnable::run)
            .recordStats();
    if (!bounds.idle().isZero()) {
      builder.expireAfterAccess(bounds.idle()).ticker(ticker).scheduler(scheduler);
    }
    chunks = builder.build();
  }

  /** What is not kept must not push out what is. */
  private int weigh(Key key, byte[] chunk) {
    return keeps(chunk.length) ? chunk.length : 0;
  }

  private static void evicted(@Nullable Key key, byte @Nullable [] chunk, RemovalCause cause) {
    FlightEvents.cacheEvicted("chunks", chunk == null ? 0 : chunk.length);
  }

  /** Whether a chunk of this length is kept. */
  public boolean keeps(int length) {
    return length <= maxEntryBytes;
  }

  /**
   * The chunk when it is there; allocates nothing. It belongs to the cache: callers only read it.
   */
  public byte @Nullable [] find(Key key) {
    return chunks.getIfPresent(key);
  }

  /** The chunk, loaded when it is absent. It belongs to the cache: callers only read it. */
  public byte[] get(Key key, Loader loader) throws IOException {
    try {
      byte[] chunk =
          chunks.get(
              key,
              absent -> {
                try {
                  return loader.load();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      if (!keeps(chunk.length)) {
        chunks.asMap().remove(key, chunk);
      }
      return chunk;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** What the cache has done and holds. */
  public CacheStats stats() {
    com.github.benmanes.caffeine.cache.stats.CacheStats seen = chunks.stats();
    return new CacheStats(
        seen.hitCount(),
        seen.loadCount(),
        seen.loadFailureCount(),
        seen.evictionCount(),
        seen.totalLoadTime(),
        (int) Math.min(Integer.MAX_VALUE, chunks.estimatedSize()),
        chunks.policy().eviction().orElseThrow().weightedSize().orElse(0),
        chunks.policy().eviction().orElseThrow().getMaximum(),
        0);
  }
}
