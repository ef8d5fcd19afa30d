package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.catalog.Catalog;
import dev.ocifs.layerfs.catalog.CatalogLayer;
import dev.ocifs.layerfs.index.KeptLayers;
import dev.ocifs.layerfs.index.LayerFacts;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.metrics.Operation;
import dev.ocifs.layerfs.profile.HeatProfile;
import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ByteRange;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.layerfs.view.LayerFiles;
import dev.ocifs.layerfs.view.WholeFiles;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.lazy.FetchPriority;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An image, its tree and the readers of its layers, as one view. What is read is noted by its
 * {@link ReadAhead}: the next mount decodes it ahead.
 */
final class MergedView implements ImageView {

  private final Image image;
  private final ImageTree tree;
  private final Lease<ImageTree> treeLease;
  private final List<Lease<LayerIndex>> indices;
  private final List<LayerReader> layers = new ArrayList<>();
  private final Store store;
  private final LayerContents contents;
  private final ReadAhead ahead;
  private final Digest chainId;
  private final Operation reads;
  private volatile @Nullable Hydrator hydrator;
  private volatile @Nullable BackgroundFetch fetching;
  private boolean closed;

  /** A view that owns the image and the leases. */
  MergedView(
      Image image,
      Digest chainId,
      Store store,
      Lease<ImageTree> tree,
      List<Lease<LayerIndex>> indices,
      Engine engine,
      KeptLayers kept)
      throws IOException {
    this.image = image;
    this.store = store;
    this.tree = tree.value();
    treeLease = tree;
    this.indices = indices;
    this.chainId = chainId;
    reads = engine.tracker().operation("view.read");
    ahead = new ReadAhead(image, chainId, store, this.tree, indices, layers, engine.prefetcher());
    contents = LayerContents.hold(kept, image.layers(), indices);
    for (int i = 0; i < indices.size(); i++) {
      layers.add(reader(i, engine));
    }
  }

  private LayerReader reader(int i, Engine engine) {
    return new LayerReader(
        indices.get(i).value(),
        i,
        contents.isCopy(i),
        () -> contents.open(i),
        engine.chunks(),
        engine.decoders(),
        engine.objects(),
        ahead.listener());
  }

  /** Begins to decode what earlier mounts read first. */
  void prefetch() {
    ahead.decode();
  }

  /**
   * Begins to fetch what is missing of the image.
   *
   * @param remarks hears what is passed over
   * @param rest fetches all of it
   */
  void fetch(FetchingOrder order, Consumer<String> remarks, BackgroundFetch.Work rest) {
    if (image.layers().stream().anyMatch(layer -> layer.remote().isPresent())) {
      fetching =
          BackgroundFetch.start(
              image.name(),
              listener -> {
                Object ignored =
                    FetchPriority.PREFETCH.during(() -> ahead.expect(order, this, remarks));
                if (order.all()) {
                  rest.run(listener);
                }
              });
    }
  }

  /** The image that it shows. */
  Image image() {
    return image;
  }

  /** Notes the image and its layers. */
  void remember(Catalog catalog) {
    List<Digest> diffIds = new ArrayList<>();
    for (Lease<LayerIndex> lease : indices) {
      LayerFacts facts = lease.value().facts();
      if (facts.virtual()) {
        return; // nobody here has seen the layer, and its tree is another than the image's
      }
      diffIds.add(facts.diffId());
      catalog.recordLayer(
          new CatalogLayer(
              facts.diffId(),
              facts.blob(),
              facts.blobBytes(),
              facts.tarBytes(),
              facts.entries(),
              Instant.now()));
    }
    catalog.recordImage(image.name(), image.manifestDigest().orElse(image.configDigest()), diffIds);
  }

  @Override
  public long inodeCount() {
    return tree.inodeCount();
  }

  @Override
  public long contentBytes() throws IOException {
    return tree.contentBytes();
  }

  @Override
  public long lookup(long directory, byte[] name) throws IOException {
    return tree.lookup(directory, name);
  }

  @Override
  public void attributes(long inode, Attributes dst) throws IOException {
    tree.attributes(inode, dst);
  }

  @Override
  public long parent(long directory) throws IOException {
    return tree.parent(directory);
  }

  @Override
  public void list(long directory, long offset, DirectoryVisitor visitor) throws IOException {
    tree.list(directory, offset, visitor);
  }

  @Override
  public byte[] readlink(long inode) throws IOException {
    return tree.readlink(inode);
  }

  @Override
  public List<byte[]> xattrNames(long inode) throws IOException {
    return tree.xattrNames(inode);
  }

  @Override
  public byte @Nullable [] xattr(long inode, byte[] name) throws IOException {
    return tree.xattr(inode, name);
  }

  @Override
  public int read(long inode, long pos, MemorySegment dst) throws IOException {
    long content = tree.content(inode);
    long size = tree.contentSize(content);
    if (pos < 0 || pos >= size) {
      return 0;
    }
    int n = (int) Math.min(Math.min(dst.byteSize(), Integer.MAX_VALUE), size - pos);
    LayerReader layer = layers.get(tree.contentLayer(content));
    long first = tree.contentPos(content);
    long runs = tree.runs(content);
    long start = reads.start();
    try {
      if (runs == 0) {
        layer.read(first + pos, dst, 0, n);
      } else {
        readSparse(layer, first, runs, pos, dst, n);
      }
      reads.end(start);
    } catch (dev.ocifs.oci.OcifsException e) {
      throw e.image(image.name());
    }
    return n;
  }

  @Override
  public int readAtHand(long inode, long pos, MemorySegment dst) throws IOException {
    long content = tree.content(inode);
    long size = tree.contentSize(content);
    if (pos < 0 || pos >= size) {
      return 0;
    }
    if (tree.runs(content) != 0) {
      return -1; // rare: not worth a second way
    }
    int n = (int) Math.min(Math.min(dst.byteSize(), Integer.MAX_VALUE), size - pos);
    LayerReader layer = layers.get(tree.contentLayer(content));
    return layer.readCached(tree.contentPos(content) + pos, dst, 0, n) ? n : -1;
  }

  @Override
  public Optional<ByteRange> decodedWith(long inode, long pos) throws IOException {
    long content = tree.content(inode);
    long size = tree.contentSize(content);
    if (pos < 0 || pos >= size || tree.runs(content) != 0) {
      return Optional.empty();
    }
    long first = tree.contentPos(content);
    ByteRange span = layers.get(tree.contentLayer(content)).span(first + pos);
    return Optional.of(
        new ByteRange(Math.max(0, span.start() - first), Math.min(size, span.end() - first)));
  }

  @Override
  public long nextData(long inode, long pos) throws IOException {
    long content = tree.content(inode);
    long runs = tree.runs(content);
    if (runs == 0) {
      return pos < tree.contentSize(content) ? pos : -1;
    }
    int count = tree.runCount(runs);
    for (int i = 0; i < count; i++) {
      long start = tree.runStart(runs, i);
      long length = tree.runLength(runs, i);
      if (length > 0 && pos < start + length) {
        return Math.max(pos, start);
      }
    }
    return -1;
  }

  @Override
  public long nextHole(long inode, long pos) throws IOException {
    long content = tree.content(inode);
    long runs = tree.runs(content);
    if (runs == 0) {
      return Math.max(pos, tree.contentSize(content));
    }
    int count = tree.runCount(runs);
    long hole = pos;
    for (int i = 0; i < count && tree.runStart(runs, i) <= hole; i++) {
      // Runs may touch: a hole begins where one ends and none goes on.
      hole = Math.max(hole, tree.runStart(runs, i) + tree.runLength(runs, i));
    }
    return hole;
  }

  /** Holes are zeros; the runs lie one after the other from {@code first}. */
  private void readSparse(
      LayerReader layer, long first, long runs, long pos, MemorySegment dst, int n)
      throws IOException {
    (n == dst.byteSize() ? dst : dst.asSlice(0, n)).fill((byte) 0);
    int count = tree.runCount(runs);
    long end = pos + n;
    long stored = first;
    for (int i = 0; i < count && tree.runStart(runs, i) < end; i++) {
      long start = tree.runStart(runs, i);
      long length = tree.runLength(runs, i);
      long from = Math.max(pos, start);
      long to = Math.min(end, start + length);
      if (from < to) {
        layer.read(stored + from - start, dst, from - pos, to - from);
      }
      stored += length;
    }
  }

  @Override
  public Optional<LayerFiles> layerFiles() throws IOException {
    List<LayerFiles.LayerFile> files = new ArrayList<>();
    for (int i = 0; i < indices.size(); i++) {
      Optional<Path> file = contents.file(i);
      if (file.isEmpty()) {
        return Optional.empty();
      }
      files.add(new LayerFiles.LayerFile(contents.diffIds().get(i), file.get()));
    }
    return Optional.of(new LayersOfView(store, chainId, tree, List.copyOf(files)));
  }

  /** Lets the content have files of their own; to be called before anyone asks for them. */
  void hydrate(HydrationOptions options, Engine engine) throws IOException {
    List<Digest> diffIds = contents.diffIds();
    hydrator =
        new Hydrator(
            tree,
            diffIds,
            layers,
            new FileMaker(tree, diffIds, layers, contents.files()),
            engine.files().open(options.disk()),
            engine.prefetcher(),
            options.all() ? ahead.readBefore() : HeatProfile.empty().hottest(0),
            options.all());
  }

  @Override
  public Optional<WholeFiles> wholeFiles() {
    return Optional.ofNullable(hydrator);
  }

  /** How much of it the kernel can read by itself. */
  ViewStatus status() throws IOException {
    Hydrator running = hydrator;
    ViewStatus status =
        running == null
            ? Hydrator.status(tree, inode -> false, ViewStatus.Hydration.OFF, "")
            : running.status();
    List<LayerStatus> states = new ArrayList<>();
    for (int i = 0; i < indices.size(); i++) {
      LayerFacts facts = indices.get(i).value().facts();
      states.add(LayerStatus.of(image.layers().get(i), Optional.of(facts), new Refusals(store)));
    }
    return status.withLayers(states);
  }

  private void closeHydrator() {
    Hydrator running = hydrator;
    if (running != null) {
      running.close();
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    try (image;
        contents) {
      try {
        BackgroundFetch running = fetching;
        if (running != null) {
          running.close();
        }
        closeHydrator();
        ahead.close();
      } finally {
        LayerReader.closeAll(layers);
      }
    } finally {
      treeLease.close();
      indices.forEach(Lease::close);
    }
  }
}
