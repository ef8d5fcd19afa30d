package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.cache.MetadataKey;
import dev.ocifs.layerfs.index.LayerFacts;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.index.LayerIndexer;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.source.ImageLayer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongConsumer;

/** The indices of layers, each opened once however many images use it. Thread-safe. */
final class LayerIndices {

  /** Says to the cache that there is nothing to keep. */
  private static final class Absent extends FileNotFoundException {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this; // never seen outside
    }
  }

  private final LayerIndexer indexer;
  private final Optional<StandIns> standIns;
  private final MetadataCache cache;
  private final boolean keepLayers;

  /**
   * @param standIns indices of layers that are not here, which nobody here has read, if these will
   *     do, too
   * @param keepLayers whether an index will do only together with an uncompressed layer
   */
  LayerIndices(
      LayerIndexer indexer, Optional<StandIns> standIns, MetadataCache cache, boolean keepLayers) {
    this.indexer = indexer;
    this.standIns = standIns;
    this.cache = cache;
    this.keepLayers = keepLayers;
  }

  /** The index that there is, when it will do; the caller closes the lease. */
  Optional<Lease<LayerIndex>> find(ImageLayer layer) throws IOException {
    Optional<Lease<LayerIndex>> verified = findVerified(layer);
    // Positions of a stand-in need not be those of the tar, which a kept layer is.
    return verified.isPresent() || keepLayers || standIns.isEmpty()
        ? verified
        : standIns.get().find(layer);
  }

  private Optional<Lease<LayerIndex>> findVerified(ImageLayer layer) throws IOException {
    Optional<Lease<LayerIndex>> index;
    try {
      index =
          fitting(
              cache.get(
                  key(layer),
                  () -> indexer.find(layer).orElseThrow(Absent::new),
                  LayerIndex::bytes),
              layer);
    } catch (Absent e) {
      return Optional.empty();
    }
    if (keepLayers && index.isPresent()) {
      boolean whole = false;
      try {
        LayerFacts facts = index.get().value().facts();
        whole = indexer.keptLayers().file(layer, facts).isPresent();
      } finally {
        if (!whole) {
          index.get().close();
        }
      }
      return whole ? index : Optional.empty();
    }
    return index;
  }

  /**
   * The index, and what it will do with, made when missing: of the layer's own table of contents
   * when it is not here and has one, else by reading it through. The caller closes the lease.
   */
  Lease<LayerIndex> make(ImageLayer layer, LongConsumer progress) throws IOException {
    Optional<Lease<LayerIndex>> made =
        keepLayers || standIns.isEmpty() ? Optional.empty() : standIns.get().make(layer);
    return made.isPresent() ? made.get() : makeVerified(layer, progress);
  }

  /** As {@link #make}, of a layer that is read from its first byte to its last. */
  Lease<LayerIndex> makeVerified(ImageLayer layer, LongConsumer progress) throws IOException {
    Lease<LayerIndex> index = makeIndex(layer, progress);
    boolean done = false;
    try {
      if (keepLayers) {
        indexer.keptLayers().keep(layer, index.value(), progress);
      }
      if (standIns.isPresent()) {
        standIns.get().forget(layer);
      }
      done = true;
      return index;
    } finally {
      if (!done) {
        index.close();
      }
    }
  }

  private Lease<LayerIndex> makeIndex(ImageLayer layer, LongConsumer progress) throws IOException {
    Optional<Lease<LayerIndex>> found =
        fitting(
            cache.get(key(layer), () -> indexer.make(layer, progress), LayerIndex::bytes), layer);
    // One that another image calls by the same digest, but that has not the diffID asked for.
    return found.isPresent() ? found.get() : keep(layer, indexer.make(layer, progress));
  }

  /** The index, made anew; the caller closes the lease. */
  Lease<LayerIndex> verify(ImageLayer layer, LongConsumer progress, Finding.Sink findings)
      throws IOException {
    return keep(layer, indexer.verify(layer, progress, findings));
  }

  /** Puts an index in the place of the one that the cache has. */
  private Lease<LayerIndex> keep(ImageLayer layer, LayerIndex made) throws IOException {
    cache.invalidate(key(layer));
    boolean kept = false;
    try {
      Lease<LayerIndex> lease = cache.get(key(layer), () -> made, LayerIndex::bytes);
      kept = lease.value() == made;
      return lease;
    } finally {
      if (!kept) {
        made.close(); // another thread was faster, or the cache is closed
      }
    }
  }

  private Optional<Lease<LayerIndex>> fitting(Lease<LayerIndex> lease, ImageLayer layer)
      throws IOException {
    boolean fits = false;
    try {
      fits = indexer.fits(lease.value(), layer);
    } finally {
      if (!fits) {
        lease.close();
      }
    }
    return fits ? Optional.of(lease) : Optional.empty();
  }

  private static MetadataKey<LayerIndex> key(ImageLayer layer) {
    return new MetadataKey<>(LayerIndex.class, layer.digest().orElse(layer.diffId()), layer.size());
  }
}
