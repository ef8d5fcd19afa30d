package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.CacheStats;
import dev.ocifs.layerfs.cache.ChunkBounds;
import dev.ocifs.layerfs.cache.ChunkCache;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.catalog.Catalog;
import dev.ocifs.layerfs.catalog.CatalogOptions;
import dev.ocifs.layerfs.metrics.Metrics;
import dev.ocifs.layerfs.metrics.PerformanceTracker;
import dev.ocifs.layerfs.objects.ObjectStore;
import dev.ocifs.layerfs.objects.SpanStore;
import dev.ocifs.layerfs.read.DecoderPools;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.Closeable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What all views of a library share: opened indices and trees, decoded chunks, decoders, decoded
 * spans on disk, and the thread that decodes ahead. Thread-safe.
 *
 * @param metadata indices and trees, mapped; manifests and configurations, parsed
 * @param chunks decoded content
 * @param decoders what decodes it
 * @param kept decoded spans on disk, unless there shall be none
 * @param files whole files on disk
 * @param prefetcher decodes what will be asked for
 * @param catalog what images and layers there are; opened by the first who asks
 * @param metrics what all of that counts
 * @param tracker how long opening images takes
 */
record Engine(
    MetadataCache metadata,
    ChunkCache chunks,
    DecoderPools decoders,
    Optional<ObjectStore> kept,
    FileTier files,
    Prefetcher prefetcher,
    Catalog catalog,
    Metrics metrics,
    PerformanceTracker tracker)
    implements Closeable {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");

  private static final int DECODERS = Math.max(8, 4 * Runtime.getRuntime().availableProcessors());
  private static final int MAX_METADATA_ENTRIES = 4096;

  /** Mapped but for documents, so that it costs address space and not heap. */
  private static final long MAX_METADATA_BYTES = 1L << 30;

  /** What whole files may take when nobody says how much content to keep on disk. */
  private static final long DEFAULT_FILE_BYTES = 16L << 30;

  static Engine create(Store store, LayerFsOptions options) {
    ChunkBounds bounds = options.chunks();
    Metrics metrics = new Metrics();
    Engine engine =
        new Engine(
            new MetadataCache(MAX_METADATA_ENTRIES, MAX_METADATA_BYTES),
            new ChunkCache(bounds),
            new DecoderPools(DECODERS),
            options.objectBytes() == 0
                ? Optional.empty()
                : Optional.of(ObjectStore.open(store, options.objectBytes(), bounds.entryBytes())),
            new FileTier(
                store, options.objectBytes() == 0 ? DEFAULT_FILE_BYTES : options.objectBytes()),
            new Prefetcher(bounds.bytes() / 2),
            new Catalog(store.catalog(), CatalogOptions.defaults()),
            metrics,
            new PerformanceTracker(metrics));
    engine.register("metadata", engine.metadata::stats);
    engine.register("chunks", engine.chunks::stats);
    engine.kept.ifPresent(engine::register);
    engine.register("files", () -> engine.files.stats().asCache());
    metrics.gauge(
        "ocifs_decoders_in_use", "Span decoders in use", () -> engine.decoders.metrics().inUse());
    return engine;
  }

  private void register(ObjectStore store) {
    register("objects", () -> store.stats().asCache());
    metrics.gauge(
        "ocifs_objects_saved_bytes",
        "Bytes of disk that compression saves",
        () -> store.stats().savedBytes());
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

  SpanStore objects() {
    return kept.isPresent() ? kept.get() : SpanStore.NONE;
  }

  @Override
  public void close() {
    prefetcher.close();
    kept.ifPresent(ObjectStore::close);
    metadata.close();
    try {
      catalog.close();
    } catch (OcifsException e) {
      LOG.log(Level.WARNING, "the catalog was not written to its end", e);
    }
  }
}
