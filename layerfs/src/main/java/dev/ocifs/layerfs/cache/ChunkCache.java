package dev.ocifs.layerfs.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Decompressed chunks of layers, as many as fit into a number of bytes, those used most being kept.
 *
 * <p>Single-flight: threads that ask for the same absent chunk at once wait for one load. A load
 * that fails leaves nothing behind: the next asker tries again. Thread-safe.
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

  /**
   * @param maxBytes the bytes of all chunks together
   */
  public ChunkCache(long maxBytes) {
    chunks =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((Key key, byte[] chunk) -> chunk.length)
            .executor(Runnable::run)
            .recordStats()
            .build();
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
      return chunks.get(
          key,
          absent -> {
            try {
              return loader.load();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
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
