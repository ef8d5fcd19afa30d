package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.cache.MetadataKey;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.toc.TocIndexer;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.ImageLayer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * The indices of layers that are not here and carry a table of contents, each opened once. They
 * stand in for those of a verified pass until there is one. Thread-safe.
 */
final class ListedLayers {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");

  private final TocIndexer indexer;
  private final MetadataCache cache;

  ListedLayers(TocIndexer indexer, MetadataCache cache) {
    this.indexer = indexer;
    this.cache = cache;
  }

  /** The index that there is; the caller closes the lease. */
  Optional<Lease<LayerIndex>> find(ImageLayer layer) throws IOException {
    return get(layer, () -> indexer.find(layer).orElseThrow(FileNotFoundException::new));
  }

  /**
   * The index, made of the end of the layer when there is none; the caller closes the lease.
   *
   * @return empty when the layer has no table that can be used: then it has to be read as a whole
   */
  Optional<Lease<LayerIndex>> make(ImageLayer layer) throws IOException {
    try {
      return get(layer, () -> indexer.make(layer));
    } catch (OcifsException e) {
      if (!e.kind().blamesImage()) {
        throw e;
      }
      LOG.log(Level.WARNING, e.getMessage() + "; the layer is read as a whole");
      return Optional.empty();
    }
  }

  private Optional<Lease<LayerIndex>> get(ImageLayer layer, MetadataCache.Loader<LayerIndex> loader)
      throws IOException {
    Optional<Digest> identity = identity(layer);
    if (identity.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(cache.get(key(identity.get()), loader, LayerIndex::bytes));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  /** Of a layer that is here as a whole, a pass tells more than a table. */
  private Optional<Digest> identity(ImageLayer layer) {
    return layer.remote().isPresent() ? indexer.identity(layer) : Optional.empty();
  }

  /** Gives the index up: there is one of a verified pass now. Mounts that use it stay whole. */
  void forget(ImageLayer layer) throws IOException {
    Optional<Digest> identity = indexer.identity(layer);
    if (identity.isPresent()) {
      cache.invalidate(key(identity.get()));
      indexer.forget(layer);
    }
  }

  private static MetadataKey<LayerIndex> key(Digest identity) {
    return new MetadataKey<>(LayerIndex.class, identity);
  }
}
