package dev.ocifs.layerfs;

import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.index.LayerIndexer;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Indexes the layers of one image that are not indexed yet, several at once, the largest first so
 * that none is left to run alone at the end. Used once, by one thread.
 */
final class IndexingJob implements Closeable {
  private final LayerIndexer indexer;
  private final Image image;
  private final @Nullable Review review;
  private final int parallelism;
  private final @Nullable LayerIndex[] indices;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /**
   * @param review told of layers that are wrong, and of what is odd; then all layers are read, and
   *     none keeps the others from being read. Null when layers that are indexed need no reading
   */
  IndexingJob(LayerIndexer indexer, Image image, @Nullable Review review, int parallelism) {
    this.indexer = indexer;
    this.image = image;
    this.review = review;
    this.parallelism = parallelism;
    indices = new LayerIndex[image.layers().size()];
  }

  /** The indices of all layers that are not wrong, base first; the caller closes them. */
  List<LayerIndex> run(IndexListener listener) throws IOException {
    List<ImageLayer> missing = new ArrayList<>();
    for (ImageLayer layer : image.layers()) {
      LayerIndex found = review != null ? null : indexer.find(layer).orElse(null);
      indices[layer.ordinal()] = found;
      if (found == null) {
        missing.add(layer);
      }
    }
    if (!missing.isEmpty()) {
      listener.started(image.name(), missing.stream().mapToLong(ImageLayer::size).sum());
      try {
        make(missing, listener);
      } finally {
        listener.finished();
      }
    }
    List<LayerIndex> all = new ArrayList<>();
    for (int i = 0; i < indices.length; i++) {
      LayerIndex index = indices[i];
      if (index != null) {
        all.add(index);
        indices[i] = null; // Now the caller's.
      }
    }
    return all;
  }

  private void make(List<ImageLayer> missing, IndexListener listener) throws IOException {
    missing.sort(Comparator.comparingLong(ImageLayer::size).reversed());
    // Closing the pool waits for all that was submitted.
    try (ExecutorService workers =
        Executors.newFixedThreadPool(Math.min(parallelism, missing.size()))) {
      for (ImageLayer layer : missing) {
        workers.execute(() -> make(layer, listener));
      }
    }
    Throwable cause = failure.get();
    if (cause instanceof IOException e) {
      throw e;
    }
    if (cause instanceof RuntimeException e) {
      throw e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
  }

  @SuppressWarnings("CatchingUnchecked") // rethrown by the thread that waits
  private void make(ImageLayer layer, IndexListener listener) {
    try {
      if (failure.get() == null) {
        indices[layer.ordinal()] = index(layer, bytes -> progressed(bytes, listener));
      }
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  private @Nullable LayerIndex index(ImageLayer layer, LongConsumer progress) throws IOException {
    if (review == null) {
      return indexer.make(layer, progress);
    }
    try {
      return indexer.verify(layer, progress, this::found);
    } catch (OcifsException e) {
      if (!e.kind().blamesImage()) {
        throw e;
      }
      failed(e.image(image.name()));
      return null;
    }
  }

  private synchronized void found(Finding finding) {
    Objects.requireNonNull(review).found(finding);
  }

  private synchronized void failed(OcifsException fault) {
    Objects.requireNonNull(review).failed(fault);
  }

  /**
   * Makes the passes that are under way end soon when another has failed: their result is of no
   * use.
   */
  private void progressed(long bytes, IndexListener listener) {
    if (failure.get() != null) {
      throw new CancellationException("another layer has failed");
    }
    listener.progressed(bytes);
  }

  /** Closes what {@link #run} has not handed over. */
  @Override
  public void close() {
    for (LayerIndex index : indices) {
      if (index != null) {
        index.close();
      }
    }
  }
}
