package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.CacheStats;
import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.catalog.Catalog;
import dev.ocifs.layerfs.files.FileStats;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.index.LayerIndexer;
import dev.ocifs.layerfs.metrics.FlightEvents;
import dev.ocifs.layerfs.metrics.Metrics;
import dev.ocifs.layerfs.metrics.MountPhaseEvent;
import dev.ocifs.layerfs.metrics.Operation;
import dev.ocifs.layerfs.metrics.PerformanceTracker;
import dev.ocifs.layerfs.objects.ObjectStats;
import dev.ocifs.layerfs.objects.ObjectStore;
import dev.ocifs.layerfs.pool.PoolMetrics;
import dev.ocifs.layerfs.profile.AccessTrace;
import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.lazy.FetchPriority;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Opens images as merged trees: the way into the library.
 *
 * <p>The first time, each layer is read once and the layers are merged; what that gives is kept in
 * the store, and an image opened again reads none of its layers. Views opened here share caches.
 * Thread-safe. Its callers close the views.
 */
public final class LayerFs implements Closeable {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");

  private final Store store;
  private final LayerFsOptions options;
  private final Engine engine;

  /** Held by what computes; not by what waits for the disk to have it, so others go on. */
  private final Semaphore turns;

  private final LayerIndexer indexer;
  private final LayerIndices indices;
  private final Trees trees;

  private LayerFs(Store store, LayerFsOptions options, Engine engine) {
    this.store = store;
    this.options = options;
    this.engine = engine;
    turns = new Semaphore(options.parallelism());
    indexer = new LayerIndexer(store, options.limits(), turns, options.keepLayers());
    indices =
        new LayerIndices(
            indexer,
            Optional.of(new StandIns(store, options.limits(), engine.metadata())),
            engine.metadata(),
            options.keepLayers());
    trees = new Trees(store, options, engine.metadata(), turns);
  }

  /** A library over this store, with the default options. */
  public static LayerFs open(Store store) {
    return open(store, LayerFsOptions.defaults());
  }

  /** A library over this store. */
  public static LayerFs open(Store store, LayerFsOptions options) {
    return new LayerFs(store, options, Engine.create(store, options));
  }

  /** The same library, its caches shared, with other limits and strictness. */
  public LayerFs with(LayerFsOptions others) {
    return new LayerFs(store, others, engine);
  }

  /**
   * Opens an image as {@link Images#open(String, OpenOptions)} does, with manifest and
   * configuration from the library's cache when another image or an earlier opening brought them.
   *
   * @return to be closed by the caller, unless it is handed to {@link #view}
   */
  public Image image(String reference, OpenOptions options) throws IOException {
    Operation resolving = engine.tracker().operation("image.resolve");
    long start = resolving.start();
    MountPhaseEvent event = FlightEvents.mountPhase();
    Image image =
        Images.open(reference, options.withDocuments(new CachedDocuments(engine.metadata())));
    resolving.end(start);
    if (event != null) {
      event.done("resolve", image.name());
    }
    return image;
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
    ImageView view = null;
    try {
      view = open(image, listener);
      return view;
    } finally {
      if (view == null) {
        image.close();
      }
    }
  }

  /**
   * Opens several images, as {@link #image} and {@link #view} do each, several at a time: layers
   * that they share are indexed once.
   *
   * @param references as {@link #image} takes them
   * @param listener hears of the layers of all images as of those of one
   * @return a view or a failure each, in their order
   */
  public List<OpenResult> openAll(
      List<String> references, OpenOptions open, IndexListener listener) {
    if (references.size() == 1) {
      return List.of(openOne(references.get(0), open, listener));
    }
    return new BatchOpening(this, indices, listener).run(references, open, threads());
  }

  private OpenResult openOne(String reference, OpenOptions open, IndexListener listener) {
    try {
      return OpenResult.of(reference, view(image(reference, open), listener));
    } catch (IOException e) {
      return OpenResult.of(reference, e);
    }
  }

  private ImageView open(Image image, IndexListener listener) throws IOException {
    try {
      LayerWork work = LayerWork.missing(indices);
      Operation indexing = engine.tracker().operation("view.index");
      long start = indexing.start();
      MountPhaseEvent event = FlightEvents.mountPhase();
      List<Lease<LayerIndex>> leases = indices(image.name(), image.layers(), work, listener);
      Lease<ImageTree> tree = null;
      MergedView view = null;
      try {
        indexing.end(start);
        if (event != null) {
          event.done("index", image.name());
        }
        if (options.strict()) {
          trees.check(leases, Trees.UNHEARD); // what breaks a rule is found out
        }
        Operation merging = engine.tracker().operation("view.tree");
        start = merging.start();
        tree = trees.open(leases);
        merging.end(start);
        view =
            new MergedView(
                image, Trees.chainId(leases), store, tree, leases, engine, indexer.keptLayers());
        trimKept();
        return view;
      } finally {
        if (view == null) {
          if (tree != null) {
            tree.close();
          }
          closeAll(leases);
        }
      }
    } catch (OcifsException e) {
      throw e.image(image.name());
    }
  }

  /** Those of the image that was just opened are in use, and stay even where they are too many. */
  private void trimKept() {
    if (options.keptBytes() < Long.MAX_VALUE) {
      try {
        long ignored = indexer.keptLayers().trim(options.keptBytes());
      } catch (IOException e) {
        LOG.log(Level.WARNING, "cannot remove kept layers that are too many", e);
      }
    }
  }

  /**
   * Begins to decode what the last mounts of the image of a view read first, in the background and
   * only while no read waits.
   *
   * @param view one that {@link #view} opened
   */
  public void prefetch(ImageView view) {
    if (view instanceof MergedView merged) {
      merged.prefetch();
    }
  }

  /**
   * Reads all layers again and the documents around the image, compares every digest, and reports
   * what is wrong with them and odd about their entries; indices and tree are made anew. A layer
   * that is wrong does not keep the others from being read; only with all of them right can they be
   * merged. What leads to the image, its subject and its referrers must not lead round in a circle.
   *
   * @throws OcifsException when something else than the image is to blame
   */
  public void verify(Image image, IndexListener listener, Review review) throws IOException {
    try {
      image.checkDocuments(new DocumentFindings(image.name(), review));
      LayerWork work = LayerWork.review(indices, image.name(), review);
      List<Lease<LayerIndex>> leases = indices(image.name(), image.layers(), work, listener);
      try {
        if (leases.size() == image.layers().size()) {
          trees.check(leases, review);
          trees.forget(leases);
        }
      } finally {
        closeAll(leases);
      }
    } catch (OcifsException e) {
      if (!e.kind().blamesImage()) {
        throw e.image(image.name());
      }
      review.failed(e.image(image.name()));
    }
  }

  /**
   * Gets all of an image into the store, and indexes it: its registry is not asked again, and the
   * image can be mounted at once.
   *
   * @param image stays the caller's
   * @param listener hears of the image's layers as one
   * @param each hears of each layer
   * @throws OcifsException when a layer is not what the image promises, or its registry does not
   *     give it; what is there by then stays, and is not fetched again
   */
  public void pull(Image image, IndexListener listener, PullListener each) throws IOException {
    get(image, LayerWork.whole(indices, FetchPriority.PREFETCH, each), List.of(), listener);
  }

  /**
   * The files of the indices of an image's layers, which are made when they are missing; each has
   * digests by which content can be verified that comes from a registry.
   *
   * @param image stays the caller's
   * @return by the digests of the layers' blobs
   */
  public Map<Digest, Path> indexFiles(Image image, IndexListener listener) throws IOException {
    LayerIndexer thorough =
        new LayerIndexer(store, options.limits(), turns, options.keepLayers(), true);
    LayerIndices own =
        new LayerIndices(thorough, Optional.empty(), engine.metadata(), options.keepLayers());
    Map<Digest, Path> files = new LinkedHashMap<>();
    try {
      closeAll(indices(image.name(), image.layers(), LayerWork.missing(own), listener));
      for (ImageLayer layer : image.layers()) {
        files.put(layer.digest().orElse(layer.diffId()), thorough.file(layer));
      }
      return files;
    } catch (OcifsException e) {
      throw e.image(image.name());
    }
  }

  /**
   * What mounts of an image have read first, in a form to be published; the spans are those of its
   * {@link #indexFiles}. Mounts add to it when they end.
   *
   * @return empty when none has read anything
   */
  public Optional<byte[]> accessProfile(Image image) {
    List<Digest> diffIds = image.layers().stream().map(ImageLayer::diffId).toList();
    AccessTrace first = ReadAhead.readBefore(store, ChainId.of(diffIds));
    return first.size() == 0 ? Optional.empty() : Optional.of(first.encode());
  }

  /**
   * Begins to fetch what is missing of the image of a view, in the background and while no read
   * waits. It ends when all is in the store, as after {@link #pull}, or with the view.
   *
   * @param view one that {@link #view} opened
   */
  public void fetch(ImageView view, FetchingOrder order) {
    fetch(view, order, remark -> LOG.log(Level.DEBUG, remark));
  }

  /**
   * As the other.
   *
   * @param remarks hears what is passed over, as a published profile that cannot be used; called by
   *     another thread
   */
  public void fetch(ImageView view, FetchingOrder order, Consumer<String> remarks) {
    if (view instanceof MergedView merged) {
      merged.fetch(order, remarks, listener -> getWhatCanBeHad(merged.image(), listener));
    }
  }

  /** A layer that cannot be had now does not keep the others from coming. */
  private void getWhatCanBeHad(Image image, PullListener each) throws IOException {
    Queue<OcifsException> failures = new ConcurrentLinkedQueue<>();
    LayerWork work = LayerWork.whole(indices, FetchPriority.BACKGROUND, each);
    get(image, LayerWork.wherePossible(work, failures), failures, IndexListener.NONE);
  }

  private void get(
      Image image, LayerWork work, Collection<OcifsException> failures, IndexListener listener)
      throws IOException {
    try {
      List<Lease<LayerIndex>> leases = indices(image.name(), image.layers(), work, listener);
      try {
        if (!failures.isEmpty()) {
          throw mendable(failures);
        }
        trees.open(leases).close();
      } finally {
        closeAll(leases);
      }
    } catch (OcifsException e) {
      throw e.image(image.name());
    }
  }

  /** One that may pass, if there is one. */
  private static OcifsException mendable(Collection<OcifsException> failures) {
    return failures.stream()
        .filter(failure -> !failure.kind().blamesImage())
        .findFirst()
        .orElse(failures.iterator().next());
  }

  /** How the decoders that all views opened here share have been used. */
  public PoolMetrics decoderPool() {
    return engine.decoders().metrics();
  }

  /**
   * Notes in the catalog that the image of a view is in use. Returns at once: the catalog is
   * written in the background.
   *
   * @param view one that {@link #view} opened
   */
  public void remember(ImageView view) {
    if (view instanceof MergedView merged) {
      merged.remember(engine.catalog());
    }
  }

  /**
   * Lets the content of a view have files of their own, which the kernel can read by itself: {@link
   * ImageView#wholeFiles}. They are made once a backend says that it has a use of them.
   *
   * @param view one that {@link #view} opened, and nobody reads yet
   */
  public void hydrate(ImageView view, HydrationOptions how) throws IOException {
    if (view instanceof MergedView merged) {
      merged.hydrate(how, engine);
    }
  }

  /** What a view shows, and how much of it the kernel can read by itself. */
  public Optional<ViewStatus> status(ImageView view) throws IOException {
    return view instanceof MergedView merged ? Optional.of(merged.status()) : Optional.empty();
  }

  /**
   * How the layers of an image that is not shown anywhere would be got, base first; nothing is
   * fetched for it.
   */
  public List<LayerStatus> status(Image image) throws IOException {
    List<LayerStatus> states = new ArrayList<>();
    for (ImageLayer layer : image.layers()) {
      Optional<Lease<LayerIndex>> index = indices.find(layer);
      states.add(
          LayerStatus.of(layer, index.map(lease -> lease.value().facts()), new Refusals(store)));
      index.ifPresent(Lease::close);
    }
    return states;
  }

  /** What images and layers the store has seen; it belongs to the library. */
  public Catalog catalog() {
    return engine.catalog();
  }

  /** What all views opened here count. */
  public Metrics metrics() {
    return engine.metrics();
  }

  /** How long the steps of opening images take; off until it is switched on. */
  public PerformanceTracker tracker() {
    return engine.tracker();
  }

  /** More than turns: those that wait for the disk at once share what that takes. */
  private int threads() {
    return 8 * options.parallelism();
  }

  private List<Lease<LayerIndex>> indices(
      String name, List<ImageLayer> layers, LayerWork work, IndexListener listener)
      throws IOException {
    try (IndexingJob job = new IndexingJob(name, layers, work, threads())) {
      return job.run(listener);
    }
  }

  private static void closeAll(List<Lease<LayerIndex>> leases) {
    for (Lease<LayerIndex> lease : leases) {
      lease.close();
    }
  }

  /** What the cache of opened indices and trees, manifests and configurations has done. */
  public CacheStats metadataCache() {
    return engine.metadata().stats();
  }

  /** What the cache of decoded content has done. */
  public CacheStats chunkCache() {
    return engine.chunks().stats();
  }

  /** What the decoded spans on disk have done; all zeros when none are kept. */
  public ObjectStats objects() {
    return engine.kept().map(ObjectStore::stats).orElse(ObjectStats.NONE);
  }

  /** What the whole files on disk have done; all zeros when nobody has asked for any. */
  public FileStats files() {
    return engine.files().stats();
  }

  /**
   * Gives up what is kept for views to come: for a program that goes on without the library. Views
   * that are open stay whole. Closes it for those that share its caches, too.
   */
  @Override
  public void close() {
    engine.close();
  }
}
