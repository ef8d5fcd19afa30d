package dev.ocifs.layerfs.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.UncheckedIOException;

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

  private record Key(Object layer, int span) {}

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
            .build();
  }

  /**
   * The chunk, loaded when it is absent. It belongs to the cache: callers only read it.
   *
   * @param layer what the span belongs to, compared by identity or its own equals
   */
  public byte[] get(Object layer, int span, Loader loader) throws IOException {
    try {
      return chunks.get(
          new Key(layer, span),
          key -> {
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
}
