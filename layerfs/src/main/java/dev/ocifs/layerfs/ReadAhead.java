package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.profile.AccessRecorder;
import dev.ocifs.layerfs.profile.AccessTrace;
import dev.ocifs.layerfs.profile.HeatProfile;
import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.read.ReadListener;
import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What of a view is decoded or fetched before it is asked for: the spans that come next where a
 * layer is read in order, and those that mounts have read first. So it notes which spans are read,
 * and keeps that when it is closed. Thread-safe.
 */
final class ReadAhead implements Closeable {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");

  /** As many as can be worth it; the prefetcher stops when it has filled its share of the cache. */
  private static final int MOST_SPANS = 1024;

  private final Image image;
  private final Digest chainId;
  private final Store store;
  private final ImageTree tree;
  private final List<LayerIndex> indices;
  private final List<LayerReader> layers;
  private final Prefetcher prefetcher;
  private final AccessRecorder accesses;
  private final ReadListener listener = new Listener();
  private final Prefetcher.Spans readBefore = (layer, span) -> decode(layer, span, true);
  private final Prefetcher.Spans nextInOrder = (layer, span) -> decode(layer, span, false);

  /**
   * @param layers the readers, each of which tells the {@link #listener}; all are there before
   *     anything is read
   */
  ReadAhead(
      Image image,
      Digest chainId,
      Store store,
      ImageTree tree,
      List<Lease<LayerIndex>> indices,
      List<LayerReader> layers,
      Prefetcher prefetcher) {
    this.image = image;
    this.chainId = chainId;
    this.store = store;
    this.tree = tree;
    this.indices = indices.stream().map(Lease::value).toList();
    this.layers = layers;
    this.prefetcher = prefetcher;
    accesses = new AccessRecorder(spans(this.indices));
  }

  /** As many as there are, so that a small image costs little, and at least one. */
  private static int spans(List<LayerIndex> indices) {
    long spans = indices.stream().mapToLong(LayerIndex::spanCount).sum();
    return Math.clamp(spans, 1, AccessRecorder.DEFAULT_CAPACITY);
  }

  /** Hears what is read. */
  ReadListener listener() {
    return listener;
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
  void decode() {
    prefetcher.prefetch(readBefore, readBefore());
  }

  private long decode(int layer, int span, boolean usedBefore) throws IOException {
    // A profile that is damaged may name any layer: it is a hint and no more.
    return layer < layers.size() ? layers.get(layer).prefetch(span, usedBefore) : 0;
  }

  /**
   * Announces what shall be fetched first, in this order; returns how many bytes that are.
   *
   * @param view finds the files
   * @param remarks hears what is passed over
   */
  long expect(FetchingOrder order, ImageView view, Consumer<String> remarks) throws IOException {
    long bytes = 0;
    if (order.readBefore()) {
      AccessTrace hot = readBefore();
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
        bytes += expect(PathWalker.resolve(view, path, true));
      } catch (OcifsException e) {
        LOG.log(Level.WARNING, "cannot fetch ahead: " + e.getMessage());
      }
    }
    return bytes;
  }

  /** What other mounts have read first, if that is known. */
  private Optional<AccessTrace> readElsewhere(Consumer<String> remarks) {
    try {
      return PublishedProfile.find(image, indices, MOST_SPANS);
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

  /** What earlier mounts have read first. */
  AccessTrace readBefore() {
    return readBefore(store, chainId);
  }

  /** What mounts of an image have read first; nothing when that is not known. */
  static AccessTrace readBefore(Store store, Digest chainId) {
    return profile(store, chainId).hottest(MOST_SPANS);
  }

  private static HeatProfile profile(Store store, Digest chainId) {
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
    byte[] profile = profile(store, chainId).plus(trace, HeatProfile.DEFAULT_DECAY).encode();
    try (PendingFile file = store.create(store.profile(chainId))) {
      file.write(ByteBuffer.wrap(profile));
      file.commit();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot keep what was read", e);
    }
  }

  /** Decodes no more, and adds what was read to what earlier mounts read. */
  @Override
  public void close() {
    prefetcher.forget(readBefore);
    prefetcher.forget(nextInOrder);
    keepAccesses();
  }
}
