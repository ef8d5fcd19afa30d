package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.ChunkCache;
import dev.ocifs.layerfs.index.LayerFacts;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.index.LayerIndexer;
import dev.ocifs.layerfs.pool.PoolMetrics;
import dev.ocifs.layerfs.read.DecoderPools;
import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.layerfs.tree.TreeBuilder;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Opens images as merged trees: the way into the library.
 *
 * <p>The first time, each layer is read once and the layers are merged; what that gives is kept in
 * the store, and an image opened again reads none of its layers. Views opened here share caches.
 * Thread-safe. It owns nothing that must be closed but the views, which their callers close.
 */
public final class LayerFs {
  /** Those who decode at once wait for processors; those who read blobs from afar do not. */
  private static final int DECODERS = Math.max(8, 4 * Runtime.getRuntime().availableProcessors());

  private static final Finding.Sink UNHEARD = finding -> {};

  private final Store store;
  private final LayerFsOptions options;
  private final LayerIndexer indexer;
  private final ChunkCache cache;
  private final DecoderPools decoders;

  private LayerFs(Store store, LayerFsOptions options, ChunkCache cache, DecoderPools decoders) {
    this.store = store;
    this.options = options;
    this.cache = cache;
    this.decoders = decoders;
    indexer = new LayerIndexer(store, options.limits());
  }

  /** A library over this store, with the default options. */
  public static LayerFs open(Store store) {
    return open(store, LayerFsOptions.defaults());
  }

  /** A library over this store. */
  public static LayerFs open(Store store, LayerFsOptions options) {
    return new LayerFs(
        store, options, new ChunkCache(options.cacheBytes()), new DecoderPools(DECODERS));
  }

  /** The same library, its caches shared, with other limits and strictness. */
  public LayerFs with(LayerFsOptions others) {
    return new LayerFs(store, others, cache, decoders);
  }

  /**
   * Indexes what is not indexed yet of several images: each distinct layer once, several at a time.
   * A layer that is wrong is left to {@link #view} of its images to report.
   */
  public void index(List<Image> images, IndexListener listener) throws IOException {
    Map<Digest, ImageLayer> distinct = new LinkedHashMap<>();
    for (Image image : images) {
      for (ImageLayer layer : image.layers()) {
        distinct.putIfAbsent(layer.digest().orElse(layer.diffId()), layer);
      }
    }
    closeAll(
        indices(
            images.size() + " images",
            List.copyOf(distinct.values()),
            LayerWork.whereRight(indexer),
            listener));
  }

  /**
   * Opens an image, which is indexed first when it has not been.
   *
   * @param image becomes the view's, which closes it; it is closed, too, when this fails. Its
   *     layers are read where they lie: the files have to stay as long as the view
   * @return the view, which the caller closes
   * @throws OcifsException naming image, layer and entry, when the image is not what it promises or
   *     breaks a rule; nothing is left in the store then but the indices of layers that were found
   *     right
   */
  public ImageView view(Image image, IndexListener listener) throws IOException {
    try {
      return open(image, listener);
    } catch (IOException | RuntimeException e) {
      image.close();
      throw e;
    }
  }

  private ImageView open(Image image, IndexListener listener) throws IOException {
    try {
      LayerWork work = LayerWork.missing(indexer);
      List<LayerIndex> indices = indices(image.name(), image.layers(), work, listener);
      try {
        ImageTree tree = options.strict() ? merge(indices, UNHEARD) : tree(indices);
        return new MergedView(image, tree, readers(image, indices, tree));
      } catch (IOException | RuntimeException e) {
        closeAll(indices);
        throw e;
      }
    } catch (OcifsException e) {
      throw e.image(image.name());
    }
  }

  /**
   * Reads all layers again, compares every digest, and reports what is wrong with them and odd
   * about their entries; indices and tree are made anew. A layer that is wrong does not keep the
   * others from being read; only with all of them right can they be merged.
   *
   * @throws OcifsException when something else than the image is to blame
   */
  public void verify(Image image, IndexListener listener, Review review) throws IOException {
    try {
      LayerWork work = LayerWork.review(indexer, image.name(), review);
      List<LayerIndex> indices = indices(image.name(), image.layers(), work, listener);
      try {
        if (indices.size() == image.layers().size()) {
          merge(indices, review).close();
        }
      } finally {
        closeAll(indices);
      }
    } catch (OcifsException e) {
      if (!e.kind().blamesImage()) {
        throw e.image(image.name());
      }
      review.failed(e.image(image.name()));
    }
  }

  /** How the decoders that all views opened here share have been used. */
  public PoolMetrics decoderPool() {
    return decoders.metrics();
  }

  private List<LayerIndex> indices(
      String name, List<ImageLayer> layers, LayerWork work, IndexListener listener)
      throws IOException {
    try (IndexingJob job = new IndexingJob(name, layers, work, options.parallelism())) {
      return job.run(listener);
    }
  }

  private ImageTree tree(List<LayerIndex> indices) throws IOException {
    Path path = store.tree(ChainId.of(diffIds(indices)));
    try {
      return ImageTree.open(path);
    } catch (NoSuchFileException e) {
      return merge(indices, UNHEARD);
    } catch (OcifsException e) {
      // Damaged or of another version: it is derived data, and made again.
      return merge(indices, UNHEARD);
    }
  }

  private ImageTree merge(List<LayerIndex> indices, Finding.Sink findings) throws IOException {
    long entries = 0;
    TreeBuilder builder = new TreeBuilder(options.strict(), findings);
    for (LayerIndex index : indices) {
      entries += index.facts().entries();
      if (entries > options.limits().maxEntries()) {
        throw new OcifsException(
                OcifsException.Kind.LIMIT,
                "its layers have more than " + options.limits().maxEntries() + " entries")
            .hint("if you trust it, raise --max-entries");
      }
      builder.add(index.facts().diffId(), index::entries);
    }
    Digest chainId = ChainId.of(diffIds(indices));
    Path path = store.tree(chainId);
    try (BuildLock lock = store.lock(path.getFileName().toString());
        PendingFile pending = store.create(path)) {
      builder.write(pending.channel(), chainId);
      pending.commit();
    }
    return ImageTree.open(path);
  }

  private static List<Digest> diffIds(List<LayerIndex> indices) {
    List<Digest> diffIds = new ArrayList<>();
    for (LayerIndex index : indices) {
      diffIds.add(index.facts().diffId());
    }
    return diffIds;
  }

  private List<LayerReader> readers(Image image, List<LayerIndex> indices, ImageTree tree)
      throws IOException {
    List<LayerReader> readers = new ArrayList<>();
    try {
      for (int i = 0; i < indices.size(); i++) {
        LayerIndex index = indices.get(i);
        LayerFacts facts = index.facts();
        readers.add(
            new LayerReader(index, indexer.content(image.layers().get(i), facts), cache, decoders));
      }
      return readers;
    } catch (IOException | RuntimeException e) {
      tree.close();
      for (LayerReader reader : readers) {
        reader.closeBlob();
      }
      throw e;
    }
  }

  private static void closeAll(List<LayerIndex> indices) {
    for (LayerIndex index : indices) {
      index.close();
    }
  }
}
