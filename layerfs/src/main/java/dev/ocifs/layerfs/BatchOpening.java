package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.source.OpenOptions;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Opens the images of one batch, several at a time: each distinct layer is indexed once, the large
 * ones first, and an image is merged as soon as its own layers are there, so that what waits for
 * the disk waits beside what decodes. Used once, by one thread.
 */
final class BatchOpening {
  private final LayerFs library;
  private final LayerIndices indices;
  private final IndexListener listener;

  /** Kept until all are open: none is evicted before it has been used. */
  private final Queue<Lease<LayerIndex>> leases = new ConcurrentLinkedQueue<>();

  /**
   * @param library opens each of the images
   * @param listener hears of all layers as of those of one image
   */
  BatchOpening(LayerFs library, LayerIndices indices, IndexListener listener) {
    this.library = library;
    this.indices = indices;
    this.listener = listener;
  }

  /** One image on its way. Its fields are passed on by the futures that say it is done. */
  private final class Opening {
    final String reference;
    @Nullable Image image;
    @Nullable ImageView view;
    @Nullable IOException failure;

    Opening(String reference) {
      this.reference = reference;
    }

    void resolve(OpenOptions options) {
      try {
        image = library.image(reference, options);
      } catch (IOException e) {
        failure = e;
      }
    }

    /** Layers that are wrong are met here once more, by the image that is to blame for them. */
    void merge() {
      Image taken = Objects.requireNonNull(image);
      image = null; // the view's now, or closed
      try {
        view = library.view(taken, IndexListener.NONE);
      } catch (IOException e) {
        failure = e;
      }
    }

    void fail(IOException why) {
      close(image);
      image = null;
      failure = why;
    }

    OpenResult result() {
      return view == null
          ? OpenResult.of(reference, Objects.requireNonNull(failure))
          : OpenResult.of(reference, view);
    }

    void close() {
      close(image);
      close(view);
    }

    private void close(@Nullable Closeable thing) {
      try {
        if (thing != null) {
          thing.close();
        }
      } catch (IOException e) {
        // Nothing was written: what matters is what made us give up.
      }
    }
  }

  /**
   * Opens the images.
   *
   * @param threads how many at a time
   * @return a result each, in their order
   */
  List<OpenResult> run(List<String> references, OpenOptions options, int threads) {
    List<Opening> all = references.stream().map(Opening::new).toList();
    boolean done = false;
    // Closing the pool waits for all that was submitted.
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      join(all.stream().map(o -> CompletableFuture.runAsync(() -> o.resolve(options), workers)));
      List<Opening> found = all.stream().filter(o -> o.image != null).toList();
      try {
        open(found, BatchPlan.of(images(found)), workers);
      } catch (IOException e) { // of the batch as a whole: no image alone can be blamed
        found.forEach(opening -> opening.fail(e));
      }
      done = true;
    } finally {
      leases.forEach(Lease::close);
      if (!done) {
        all.forEach(Opening::close);
      }
    }
    return all.stream().map(Opening::result).toList();
  }

  private static List<Image> images(List<Opening> openings) {
    return openings.stream().map(opening -> Objects.requireNonNull(opening.image)).toList();
  }

  private void open(List<Opening> openings, Collection<ImageLayer> layers, Executor workers) {
    List<ImageLayer> missing = new ArrayList<>();
    for (ImageLayer layer : layers) {
      if (!find(layer)) {
        missing.add(layer);
      }
    }
    missing.sort(Comparator.comparingLong(ImageLayer::size).reversed());
    if (!missing.isEmpty()) {
      long bytes = missing.stream().mapToLong(ImageLayer::size).sum();
      listener.started(openings.size() + " images", bytes);
    }
    try {
      Map<Digest, CompletableFuture<Void>> indexed = new HashMap<>();
      for (ImageLayer layer : missing) {
        indexed.put(BatchPlan.key(layer), CompletableFuture.runAsync(() -> index(layer), workers));
      }
      join(openings.stream().map(o -> whenIndexed(o, indexed).thenRunAsync(o::merge, workers)));
    } finally {
      if (!missing.isEmpty()) {
        listener.finished();
      }
    }
  }

  private static CompletableFuture<Void> whenIndexed(
      Opening opening, Map<Digest, CompletableFuture<Void>> indexed) {
    return CompletableFuture.allOf(
        Objects.requireNonNull(opening.image).layers().stream()
            .map(layer -> indexed.get(BatchPlan.key(layer)))
            .filter(Objects::nonNull)
            .toArray(CompletableFuture[]::new));
  }

  private boolean find(ImageLayer layer) {
    try {
      Optional<Lease<LayerIndex>> index = indices.find(layer);
      index.ifPresent(leases::add);
      return index.isPresent();
    } catch (IOException e) {
      return true; // is met again, by the images that have it
    }
  }

  private void index(ImageLayer layer) {
    try {
      leases.add(indices.make(layer, listener::progressed));
    } catch (IOException e) {
      // As above.
    }
  }

  /** Waits for all, and throws what the first to fail threw. */
  private static void join(Stream<CompletableFuture<Void>> futures) {
    try {
      CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }
}
