package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.cache.MetadataKey;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.index.PublishedIndexer;
import dev.ocifs.layerfs.toc.TocIndexer;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.source.RemoteLayer;
import dev.ocifs.oci.store.Store;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The indices of layers that are not here and of which nobody here has seen all: published beside
 * the image, or made of the layer's own table of contents. Each is opened once. They stand in for
 * those of a verified pass until there is one. Thread-safe.
 */
final class StandIns {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");

  /** In the order in which they are asked. */
  private final List<StandIn> kinds;

  private final MetadataCache cache;
  private final Refusals refusals;

  StandIns(Store store, Limits limits, MetadataCache cache) {
    this.kinds =
        List.of(
            new Published(new PublishedIndexer(store, limits)),
            new Listed(new TocIndexer(store, limits)));
    this.cache = cache;
    this.refusals = new Refusals(store);
  }

  /** The index that there is; the caller closes the lease. */
  Optional<Lease<LayerIndex>> find(ImageLayer layer) throws IOException {
    for (StandIn kind : kinds) {
      Optional<Lease<LayerIndex>> found = get(layer, kind, () -> kind.find(layer));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /**
   * The index, got when there is none; the caller closes the lease.
   *
   * @return empty when there is none that can be used: then the layer has to be read as a whole
   */
  Optional<Lease<LayerIndex>> make(ImageLayer layer) throws IOException {
    List<String> refused = new ArrayList<>();
    for (StandIn kind : kinds) {
      try {
        Optional<Lease<LayerIndex>> made = get(layer, kind, () -> kind.make(layer));
        if (made.isPresent()) {
          layer.digest().ifPresent(refusals::forget);
          return made;
        }
      } catch (OcifsException e) {
        if (!kind.isDispensable(layer, e)) {
          throw e;
        }
        LOG.log(Level.WARNING, "an index that cannot be used: " + e.getMessage());
        refused.add(e.what());
      }
    }
    if (!refused.isEmpty()) {
      String why = String.join("; ", refused);
      layer.digest().ifPresent(digest -> refusals.note(digest, why));
    }
    return Optional.empty();
  }

  /** Finds or makes an index. */
  @FunctionalInterface
  private interface Loader {
    Optional<LayerIndex> load() throws IOException;
  }

  private Optional<Lease<LayerIndex>> get(ImageLayer layer, StandIn kind, Loader loader)
      throws IOException {
    // Of a layer that is here as a whole, a pass tells more.
    Optional<Digest> name = layer.remote().isPresent() ? kind.name(layer) : Optional.empty();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          cache.get(
              key(name.get()),
              () -> loader.load().orElseThrow(FileNotFoundException::new),
              LayerIndex::bytes));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  /** Gives the indices up: there is one of a verified pass now. Mounts that use them stay whole. */
  void forget(ImageLayer layer) throws IOException {
    for (StandIn kind : kinds) {
      kind.name(layer).ifPresent(name -> cache.invalidate(key(name)));
      kind.forget(layer);
    }
  }

  private static MetadataKey<LayerIndex> key(Digest identity) {
    return new MetadataKey<>(LayerIndex.class, identity);
  }

  /** An index that somebody has published beside the image. */
  private record Published(PublishedIndexer indexer) implements StandIn {
    @Override
    public Optional<Digest> name(ImageLayer layer) {
      boolean wanted = layer.remote().map(RemoteLayer::takesPublishedIndex).orElse(false);
      return wanted ? PublishedIndexer.name(layer) : Optional.empty();
    }

    @Override
    public Optional<LayerIndex> find(ImageLayer layer) throws IOException {
      return indexer.find(layer);
    }

    @Override
    public Optional<LayerIndex> make(ImageLayer layer) throws IOException {
      return indexer.make(layer);
    }

    /** A registry that fails to say what there is counts as one that has none. */
    @Override
    public boolean isDispensable(ImageLayer layer, OcifsException failure) {
      boolean pinned = layer.remote().flatMap(RemoteLayer::pinnedIndex).isPresent();
      return !pinned
          && switch (failure.kind()) {
            case INVALID_IMAGE, MISMATCH, LIMIT, UNSUPPORTED, NOT_FOUND, DENIED, REMOTE -> true;
            case USAGE, STORE, MOUNT, IO -> false;
          };
    }

    @Override
    public void forget(ImageLayer layer) throws IOException {
      indexer.forget(layer);
    }
  }

  /** An index of the table of contents that the layer itself has. */
  private record Listed(TocIndexer indexer) implements StandIn {
    @Override
    public Optional<Digest> name(ImageLayer layer) {
      return indexer.identity(layer);
    }

    @Override
    public Optional<LayerIndex> find(ImageLayer layer) throws IOException {
      return indexer.find(layer);
    }

    @Override
    public Optional<LayerIndex> make(ImageLayer layer) throws IOException {
      return Optional.of(indexer.make(layer));
    }

    @Override
    public boolean isDispensable(ImageLayer layer, OcifsException failure) {
      return failure.kind().blamesImage();
    }

    @Override
    public void forget(ImageLayer layer) throws IOException {
      indexer.forget(layer);
    }
  }
}
