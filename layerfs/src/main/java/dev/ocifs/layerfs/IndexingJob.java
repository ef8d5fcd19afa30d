package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.oci.source.ImageLayer;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Indexes layers, several at once, the largest first so that none is left to run alone at the end.
 * Used once, by one thread.
 */
final class IndexingJob implements Closeable {
  private final String name;
  private final List<ImageLayer> layers;
  private final LayerWork work;
  private final int threads;
  private final @Nullable Lease<LayerIndex>[] indices;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /**
   * @param name what the layers are of, for the listener
   */
  IndexingJob(String name, List<ImageLayer> layers, LayerWork work, int threads) {
    this.name = name;
    this.layers = layers;
    this.work = work;
    this.threads = threads;
    indices = leases(layers.size());
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // arrays of generic types cannot be made otherwise
  private static @Nullable Lease<LayerIndex>[] leases(int count) {
    return new Lease[count];
  }

  /** The indices of all layers that are not wrong, base first; the caller closes them. */
  List<Lease<LayerIndex>> run(IndexListener listener) throws IOException {
    List<Integer> missing = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < indices.length; i++) {
      indices[i] = work.find(layers.get(i)).orElse(null);
      if (indices[i] == null) {
        missing.add(i);
        bytes += layers.get(i).size();
      }
    }
    if (!missing.isEmpty()) {
      listener.started(name, bytes);
      try {
        make(missing, listener);
      } finally {
        listener.finished();
      }
    }
    List<Lease<LayerIndex>> all = new ArrayList<>();
    for (int i = 0; i < indices.length; i++) {
      Lease<LayerIndex> index = indices[i];
      if (index != null) {
        all.add(index);
        indices[i] = null; // Now the caller's.
      }
    }
    return all;
  }

  private void make(List<Integer> missing, IndexListener listener) throws IOException {
    missing.sort(Comparator.comparingLong((Integer i) -> layers.get(i).size()).reversed());
    // Closing the pool waits for all that was submitted.
    try (ExecutorService workers =
        Executors.newFixedThreadPool(Math.min(threads, missing.size()))) {
      for (int i : missing) {
        workers.execute(() -> make(i, listener));
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
  private void make(int i, IndexListener listener) {
    try {
      if (failure.get() == null) {
        indices[i] = work.index(layers.get(i), bytes -> progressed(bytes, listener)).orElse(null);
      }
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
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
    for (Lease<LayerIndex> index : indices) {
      if (index != null) {
        index.close();
      }
    }
  }
}
