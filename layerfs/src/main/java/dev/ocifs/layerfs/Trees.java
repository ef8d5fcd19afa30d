package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.cache.MetadataKey;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.layerfs.tree.TreeBuilder;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * The merged trees of stacks of layers: those that the store has, and those that it gets here from
 * the indices of the layers, base first. Thread-safe.
 */
final class Trees {
  /** For those who do not want to hear what is odd. */
  static final Finding.Sink UNHEARD = finding -> {};

  private final Store store;
  private final LayerFsOptions options;
  private final MetadataCache opened;
  private final Semaphore turns;

  /**
   * @param opened shares the trees that are open
   * @param turns held while a tree is computed
   */
  Trees(Store store, LayerFsOptions options, MetadataCache opened, Semaphore turns) {
    this.store = store;
    this.options = options;
    this.opened = opened;
    this.turns = turns;
  }

  /** The chain ID of a stack. */
  static Digest chainId(List<Lease<LayerIndex>> layers) {
    List<Digest> diffIds = new ArrayList<>();
    for (Lease<LayerIndex> layer : layers) {
      diffIds.add(layer.value().facts().diffId());
    }
    return ChainId.of(diffIds);
  }

  /** The tree of a stack, which is made when there is none; the caller gives it back. */
  Lease<ImageTree> open(List<Lease<LayerIndex>> layers) throws IOException {
    return opened.get(key(layers), () -> openOrMake(layers), ImageTree::bytes);
  }

  private static MetadataKey<ImageTree> key(List<Lease<LayerIndex>> layers) {
    return new MetadataKey<>(ImageTree.class, chainId(layers));
  }

  private ImageTree openOrMake(List<Lease<LayerIndex>> layers) throws IOException {
    try {
      return ImageTree.open(store.tree(chainId(layers)));
    } catch (NoSuchFileException e) {
      return make(layers, UNHEARD);
    } catch (OcifsException e) {
      // Damaged or of another version: it is derived data, and made again.
      return make(layers, UNHEARD);
    }
  }

  /** Makes the tree anew in the store, so that what breaks a rule or is odd is found. */
  void check(List<Lease<LayerIndex>> layers, Finding.Sink findings) throws IOException {
    make(layers, findings).close();
  }

  /** Has the tree opened anew for views to come. */
  void forget(List<Lease<LayerIndex>> layers) {
    opened.invalidate(key(layers));
  }

  @SuppressWarnings("try") // the lock is held, not used
  private ImageTree make(List<Lease<LayerIndex>> layers, Finding.Sink findings) throws IOException {
    Digest chainId = chainId(layers);
    Path path = store.tree(chainId);
    try (BuildLock lock = store.lock(path.getFileName().toString());
        PendingFile pending = store.create(path)) {
      turns.acquireUninterruptibly();
      try {
        builder(layers, findings).write(pending.channel(), chainId);
      } finally {
        turns.release();
      }
      pending.commit();
    }
    return ImageTree.open(path);
  }

  private TreeBuilder builder(List<Lease<LayerIndex>> layers, Finding.Sink findings)
      throws IOException {
    long entries = 0;
    TreeBuilder builder = new TreeBuilder(options.strict(), findings);
    for (Lease<LayerIndex> layer : layers) {
      LayerIndex index = layer.value();
      entries += index.facts().entries();
      if (entries > options.limits().maxEntries()) {
        throw new OcifsException(
                OcifsException.Kind.LIMIT,
                "its layers have more than " + options.limits().maxEntries() + " entries")
            .hint("if you trust it, raise --max-entries");
      }
      builder.add(index.facts().diffId(), index::entries);
    }
    return builder;
  }
}
