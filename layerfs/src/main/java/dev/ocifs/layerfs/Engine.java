package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.CacheStats;
import dev.ocifs.layerfs.cache.ChunkCache;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.catalog.Catalog;
import dev.ocifs.layerfs.catalog.CatalogOptions;
import dev.ocifs.layerfs.metrics.Metrics;
import dev.ocifs.layerfs.metrics.PerformanceTracker;
import dev.ocifs.layerfs.read.DecoderPools;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.Closeable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/**
 * What all views of a library share: opened indices and trees, decoded chunks, decoders, and the
 * thread that decodes ahead. Thread-safe.
 *
 * @param metadata indices and trees, mapped
 * @param chunks decoded content
 * @param decoders what decodes it
 * @param prefetcher decodes what will be asked for
 * @param catalog what images and layers there are; opened by the first who asks
 * @param metrics what all of that counts
 * @param tracker how long opening images takes
 */
record Engine(
    MetadataCache metadata,
    ChunkCache chunks,
    DecoderPools decoders,
    Prefetcher prefetcher,
    Catalog catalog,
    Metrics metrics,
    PerformanceTracker tracker)
    implements Closeable {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");

  private static final int DECODERS = Math.max(8, 4 * Runtime.getRuntime().availableProcessors());
  private static final int MAX_METADATA_ENTRIES = 4096;

  /** Mapped, so that it costs address space and not heap. */
  private static final long MAX_METADATA_BYTES = 1L << 30;

  static Engine create(Store store, long cacheBytes) {
    Metrics metrics = new Metrics();
    Engine engine =
        new Engine(
            new MetadataCache(MAX_METADATA_ENTRIES, MAX_METADATA_BYTES),
            new ChunkCache(cacheBytes),
            new DecoderPools(DECODERS),
            new Prefetcher(cacheBytes / 2),
            new Catalog(store.catalog(), CatalogOptions.defaults()),
            metrics,
            new PerformanceTracker(metrics));
    engine.register("metadata", engine.metadata::stats);
    engine.register("chunks", engine.chunks::stats);
    metrics.gauge(
        "ocifs_decoders_in_use", "Span decoders in use", () -> engine.decoders.metrics().inUse());
    return engine;
  }

  private void register(String tier, Supplier<CacheStats> stats) {
    metrics.counter("ocifs_cache_hits_total", "Cache hits", () -> stats.get().hits(), "tier", tier);
    metrics.counter(
        "ocifs_cache_misses_total", "Cache misses", () -> stats.get().misses(), "tier", tier);
    metrics.counter(
        "ocifs_cache_evictions_total",
        "Entries given up for others",
        () -> stats.get().evictions(),
        "tier",
        tier);
    metrics.gauge("ocifs_cache_bytes", "Bytes held", () -> stats.get().bytes(), "tier", tier);
  }

  @Override
  public void close() {
    prefetcher.close();
    metadata.close();
    try {
      catalog.close();
    } catch (OcifsException e) {
      LOG.log(Level.WARNING, "the catalog was not written to its end", e);
    }
  }
}
