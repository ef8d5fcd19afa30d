package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.catalog.Catalog;
import dev.ocifs.layerfs.catalog.CatalogLayer;
import dev.ocifs.layerfs.index.KeptLayers;
import dev.ocifs.layerfs.index.LayerFacts;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.metrics.Operation;
import dev.ocifs.layerfs.profile.AccessRecorder;
import dev.ocifs.layerfs.profile.AccessTrace;
import dev.ocifs.layerfs.profile.HeatProfile;
import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.read.ReadListener;
import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ByteRange;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.layerfs.view.LayerFiles;
import dev.ocifs.layerfs.view.WholeFiles;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.lazy.FetchPriority;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An image, its tree and the readers of its layers, as one view. Notes which spans are read, and
 * keeps that when it is closed: the next mount decodes them ahead.
 */
final class MergedView implements ImageView {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");

  /** As many as can be worth it; the prefetcher stops when it has filled its share of the cache. */
  static final int PREFETCHED_SPANS = 1024;

  private final Image image;
  private final ImageTree tree;
  private final Lease<ImageTree> treeLease;
  private final List<Lease<LayerIndex>> indices;
  private final List<LayerReader> layers = new ArrayList<>();
  private final AccessRecorder accesses;
  private final Store store;
  private final KeptLayers kept;
  private final List<Closeable> holds = new ArrayList<>();
  private final Digest chainId;
  private final Operation reads;
  private final Prefetcher prefetcher;
  private final Prefetcher.Spans readBefore = (layer, span) -> decodeAhead(layer, span, true);
  private final Prefetcher.Spans nextInOrder = (layer, span) -> decodeAhead(layer, span, false);
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
    this.kept = kept;
    this.store = store;
    this.tree = tree.value();
    treeLease = tree;
    this.indices = indices;
    reads = engine.tracker().operation("view.read");
    prefetcher = engine.prefetcher();
    this.chainId = chainId;
    accesses = new AccessRecorder(spans(indices));
    ReadListener listener = new Listener();
    boolean done = false;
    try {
      for (int i = 0; i < indices.size(); i++) {
        layers.add(reader(i, engine, listener));
      }
      done = true;
    } finally {
      if (!done) {
        closeHolds();
      }
    }
  }

  private LayerReader reader(int i, Engine engine, ReadListener listener) throws IOException {
    LayerIndex index = indices.get(i).value();
    ImageLayer layer = image.layers().get(i);
    boolean copy = hold(index.facts());
    return new LayerReader(
        index,
        i,
        copy,
        () -> kept.content(layer, index.facts(), copy),
        engine.chunks(),
        engine.decoders(),
        engine.objects(),
        listener);
  }

  /** Keeps the uncompressed layer from being removed; false when there is none. */
  private boolean hold(LayerFacts facts) throws IOException {
    Optional<Closeable> hold = kept.hold(facts);
    hold.ifPresent(holds::add);
    return hold.isPresent();
  }

  private void closeHolds() throws IOException {
    for (Closeable hold : holds) {
      hold.close();
    }
  }

  /** As many as there are, so that a small image costs little, and at least one. */
  private static int spans(List<Lease<LayerIndex>> indices) {
    long spans = indices.stream().mapToLong(index -> index.value().spanCount()).sum();
    return Math.clamp(spans, 1, AccessRecorder.DEFAULT_CAPACITY);
  }

  private final class Listener implements ReadListener {
    @Override
    public void used(int layer, int span) {
      accesses.record(layer, span);
    }

    @Override
    public void waits() {
      prefetcher.readBegins();
    }

    @Override
    public void goesOn() {
      prefetcher.readEnds();
    }

    @Override
    public void inOrder(int layer, int next) {
      prefetcher.readAhead(nextInOrder, layer, next);
    }
  }

  /** Begins to decode what earlier mounts read first. */
  void prefetch() {
    prefetcher.prefetch(readBefore, profile().hottest(PREFETCHED_SPANS));
  }

  /** Begins to fetch what is missing of the image. */
  void fetch(FetchingOrder order, Consumer<String> remarks, BackgroundFetch.Work rest) {
    if (image.layers().stream().anyMatch(layer -> layer.remote().isPresent())) {
      fetching =
          BackgroundFetch.start(
              image.name(),
              listener -> {
                Object ignored = FetchPriority.PREFETCH.during(() -> expect(order, remarks));
                if (order.all()) {
                  rest.run(listener);
                }
              });
    }
  }

  /** Announces what shall be fetched first, in this order; returns how many bytes that are. */
  private long expect(FetchingOrder order, Consumer<String> remarks) throws IOException {
    long bytes = 0;
    if (order.readBefore()) {
      AccessTrace hot = profile().hottest(PREFETCHED_SPANS);
      if (hot.size() == 0) {
        hot = readElsewhere(remarks).orElse(hot);
      }
      for (int i = 0; i < hot.size(); i++) {
        if (hot.layer(i) < layers.size()) {
          bytes += layers.get(hot.layer(i)).expect(hot.span(i));
        }
      }
    }
    for (byte[] path : order.first()) {
      try {
        bytes += expect(PathWalker.resolve(this, path, true));
      } catch (OcifsException e) {
        LOG.log(Level.WARNING, "cannot fetch ahead: " + e.getMessage());
      }
    }
    return bytes;
  }

  /** What other mounts have read first, if that is known. */
  private Optional<AccessTrace> readElsewhere(Consumer<String> remarks) {
    try {
      return PublishedProfile.find(
          image, indices.stream().map(Lease::value).toList(), PREFETCHED_SPANS);
    } catch (IOException e) {
      remarks.accept("no use is made of the published access profile: " + e.getMessage());
      return Optional.empty();
    }
  }

  private long expect(long inode) throws IOException {
    Attributes attributes = new Attributes();
    tree.attributes(inode, attributes);
    if (!attributes.isRegular()) {
      return 0;
    }
    long content = tree.content(inode);
    long size = tree.contentSize(content);
    if (size == 0) {
      return 0;
    }
    LayerReader layer = layers.get(tree.contentLayer(content));
    long pos = tree.contentPos(content);
    long bytes = 0;
    for (int span = layer.spanAt(pos); layer.spanStart(span) < pos + size; span++) {
      bytes += layer.expect(span);
    }
    return bytes;
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

  private long decodeAhead(int layer, int span, boolean usedBefore) throws IOException {
    // A profile that is damaged may name any layer: it is a hint and no more.
    return layer < layers.size() ? layers.get(layer).prefetch(span, usedBefore) : 0;
  }

  private HeatProfile profile() {
    try {
      return HeatProfile.read(store.profile(chainId));
    } catch (IOException e) {
      return HeatProfile.empty(); // none yet, or damaged: it is a hint
    }
  }

  /** Adds what was read to what earlier mounts read. */
  private void keepAccesses() {
    AccessTrace trace = accesses.trace();
    if (trace.size() == 0) {
      return;
    }
    byte[] profile = profile().plus(trace, HeatProfile.DEFAULT_DECAY).encode();
    try (PendingFile file = store.create(store.profile(chainId))) {
      file.write(ByteBuffer.wrap(profile));
      file.commit();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot keep what was read", e);
    }
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
      LayerFacts facts = indices.get(i).value().facts();
      Optional<Path> file = kept.file(image.layers().get(i), facts);
      if (file.isEmpty()) {
        return Optional.empty();
      }
      files.add(new LayerFiles.LayerFile(facts.diffId(), file.get()));
    }
    return Optional.of(new LayersOfView(store, chainId, tree, List.copyOf(files)));
  }

  /** Lets the content have files of their own; to be called before anyone asks for them. */
  void hydrate(HydrationOptions options, FileTier tier) throws IOException {
    List<Digest> diffIds = new ArrayList<>();
    List<Optional<Path>> plain = new ArrayList<>();
    for (int i = 0; i < indices.size(); i++) {
      LayerFacts facts = indices.get(i).value().facts();
      diffIds.add(facts.diffId());
      plain.add(kept.file(image.layers().get(i), facts));
    }
    hydrator =
        new Hydrator(
            tree,
            diffIds,
            layers,
            new FileMaker(tree, diffIds, layers, plain),
            tier.open(options.disk()),
            prefetcher,
            options.all() ? profile().hottest(PREFETCHED_SPANS) : HeatProfile.empty().hottest(0),
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
    try (image) {
      BackgroundFetch running = fetching;
      if (running != null) {
        running.close();
      }
      closeHydrator();
      prefetcher.forget(readBefore);
      prefetcher.forget(nextInOrder);
      try {
        keepAccesses();
      } finally {
        LayerReader.closeAll(layers);
        closeHolds();
      }
    } finally {
      treeLease.close();
      indices.forEach(Lease::close);
    }
  }
}
