package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.ChunkCache;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.objects.ObjectStore;
import dev.ocifs.layerfs.objects.SpanStore;
import dev.ocifs.layerfs.read.DecoderPools;
import dev.ocifs.oci.store.Store;
import java.io.Closeable;
import java.util.Optional;

/**
 * What all views of a library share: opened indices and trees, decoded chunks, decoders, decoded
 * spans on disk, and the thread that decodes ahead. Thread-safe.
 *
 * @param metadata indices and trees, mapped
 * @param chunks decoded content
 * @param decoders what decodes it
 * @param kept decoded spans on disk, unless there shall be none
 * @param prefetcher decodes what will be asked for
 */
record Engine(
    MetadataCache metadata,
    ChunkCache chunks,
    DecoderPools decoders,
    Optional<ObjectStore> kept,
    Prefetcher prefetcher)
    implements Closeable {
  private static final int DECODERS = Math.max(8, 4 * Runtime.getRuntime().availableProcessors());
  private static final int MAX_METADATA_ENTRIES = 4096;

  /** Mapped, so that it costs address space and not heap. */
  private static final long MAX_METADATA_BYTES = 1L << 30;

  static Engine create(Store store, long cacheBytes, long objectBytes) {
    return new Engine(
        new MetadataCache(MAX_METADATA_ENTRIES, MAX_METADATA_BYTES),
        new ChunkCache(cacheBytes),
        new DecoderPools(DECODERS),
        objectBytes == 0
            ? Optional.empty()
            : Optional.of(
                ObjectStore.open(store, objectBytes, ObjectStore.DEFAULT_MAX_ENTRY_BYTES)),
        new Prefetcher(cacheBytes / 2));
  }

  SpanStore objects() {
    return kept.isPresent() ? kept.get() : SpanStore.NONE;
  }

  @Override
  public void close() {
    prefetcher.close();
    kept.ifPresent(ObjectStore::close);
    metadata.close();
  }
}
