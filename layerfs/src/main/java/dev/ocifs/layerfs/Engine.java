package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.ChunkCache;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.read.DecoderPools;
import java.io.Closeable;

/**
 * What all views of a library share: opened indices and trees, decoded chunks, decoders, and the
 * thread that decodes ahead. Thread-safe.
 *
 * @param metadata indices and trees, mapped
 * @param chunks decoded content
 * @param decoders what decodes it
 * @param prefetcher decodes what will be asked for
 */
record Engine(
    MetadataCache metadata, ChunkCache chunks, DecoderPools decoders, Prefetcher prefetcher)
    implements Closeable {
  private static final int DECODERS = Math.max(8, 4 * Runtime.getRuntime().availableProcessors());
  private static final int MAX_METADATA_ENTRIES = 4096;

  /** Mapped, so that it costs address space and not heap. */
  private static final long MAX_METADATA_BYTES = 1L << 30;

  static Engine create(long cacheBytes) {
    return new Engine(
        new MetadataCache(MAX_METADATA_ENTRIES, MAX_METADATA_BYTES),
        new ChunkCache(cacheBytes),
        new DecoderPools(DECODERS),
        new Prefetcher(cacheBytes / 2));
  }

  @Override
  public void close() {
    prefetcher.close();
    metadata.close();
  }
}
