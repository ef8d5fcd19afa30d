package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.lazy.FetchPriority;
import dev.ocifs.oci.lazy.RankedBlob;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.source.RemoteLayer;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.function.LongConsumer;

/** What an {@link IndexingJob} does with each layer. Called by several threads. */
interface LayerWork {
  /** A finding about a layer names no entry. */
  byte[] WHOLE = {};

  /** The index that there is already, when it will do. */
  Optional<Lease<LayerIndex>> find(ImageLayer layer) throws IOException;

  /**
   * Makes the index.
   *
   * @return empty when the layer is wrong, and that is no reason to stop
   */
  Optional<Lease<LayerIndex>> index(ImageLayer layer, LongConsumer progress) throws IOException;

  /** Makes what is missing; the first layer that is wrong ends the job. */
  static LayerWork missing(LayerIndices indices) {
    return new LayerWork() {
      @Override
      public Optional<Lease<LayerIndex>> find(ImageLayer layer) throws IOException {
        return indices.find(layer);
      }

      @Override
      public Optional<Lease<LayerIndex>> index(ImageLayer layer, LongConsumer progress)
          throws IOException {
        return Optional.of(indices.make(layer, progress));
      }
    };
  }

  /** Makes what is missing and passes over layers that are wrong. */
  static LayerWork whereRight(LayerIndices indices) {
    return new LayerWork() {
      @Override
      public Optional<Lease<LayerIndex>> find(ImageLayer layer) throws IOException {
        return indices.find(layer);
      }

      @Override
      public Optional<Lease<LayerIndex>> index(ImageLayer layer, LongConsumer progress)
          throws IOException {
        try {
          return Optional.of(indices.make(layer, progress));
        } catch (OcifsException e) {
          if (e.kind().blamesImage()) {
            return Optional.empty();
          }
          throw e;
        }
      }
    };
  }

  /**
   * Gets all of each layer into the store: it is fetched, and read behind what arrives, so that its
   * index is made of verified bytes in the same pass.
   *
   * @param rank of what is fetched, against what is read meanwhile
   */
  static LayerWork whole(LayerIndices indices, FetchPriority rank, PullListener listener) {
    return new LayerWork() {
      @Override
      public Optional<Lease<LayerIndex>> find(ImageLayer layer) throws IOException {
        return layer.remote().isPresent() ? Optional.empty() : indices.find(layer);
      }

      @Override
      public Optional<Lease<LayerIndex>> index(ImageLayer layer, LongConsumer progress)
          throws IOException {
        LongConsumer both =
            bytes -> {
              progress.accept(bytes);
              listener.progressed(layer, bytes);
            };
        ImageLayer ranked = layer.withOpener(() -> new RankedBlob(layer.open(), rank));
        Lease<LayerIndex> index = indices.makeVerified(ranked, both);
        boolean done = false;
        try {
          Optional<RemoteLayer> remote = layer.remote();
          if (remote.isPresent()) {
            remote.get().complete(both);
          }
          listener.completed(layer);
          done = true;
          return Optional.of(index);
        } finally {
          if (!done) {
            index.close();
          }
        }
      }
    };
  }

  /**
   * Does the same with each layer, though it fails with others.
   *
   * @param failures gets what it fails with, of several threads
   */
  static LayerWork wherePossible(LayerWork work, Collection<OcifsException> failures) {
    return new LayerWork() {
      @Override
      public Optional<Lease<LayerIndex>> find(ImageLayer layer) throws IOException {
        return work.find(layer);
      }

      @Override
      public Optional<Lease<LayerIndex>> index(ImageLayer layer, LongConsumer progress)
          throws IOException {
        try {
          return work.index(layer, progress);
        } catch (OcifsException e) {
          failures.add(e);
          return Optional.empty();
        }
      }
    };
  }

  /** Reads every layer, and tells of those that are wrong and of what is odd. */
  static LayerWork review(LayerIndices indices, String image, Review review) {
    Review inTurn = new OneAtATime(review);
    return new LayerWork() {
      @Override
      public Optional<Lease<LayerIndex>> find(ImageLayer layer) {
        return Optional.empty();
      }

      @Override
      public Optional<Lease<LayerIndex>> index(ImageLayer layer, LongConsumer progress)
          throws IOException {
        try {
          Lease<LayerIndex> index = indices.verify(layer, progress, inTurn);
          boolean done = false;
          try {
            compareCompression(layer, index.value().facts().compression(), inTurn);
            done = true;
            return Optional.of(index);
          } finally {
            if (!done) {
              index.close();
            }
          }
        } catch (OcifsException e) {
          if (!e.kind().blamesImage()) {
            throw e;
          }
          inTurn.failed(e.image(image));
          return Optional.empty();
        }
      }
    };
  }

  /** Engines that believe the media type cannot read a layer whose bytes are another thing. */
  private static void compareCompression(
      ImageLayer layer, Compression found, Finding.Sink findings) {
    Optional<Compression> declared = layer.mediaType().compression();
    if (declared.isPresent() && declared.get() != found) {
      findings.found(
          new Finding(
              30,
              Finding.Severity.WARNING,
              layer.diffId(),
              WHOLE,
              "its media type "
                  + layer.mediaType()
                  + " means "
                  + declared.get()
                  + " compression, its bytes are "
                  + found));
    }
  }

  /** Passes calls of several threads on, one after the other. */
  record OneAtATime(Review review) implements Review {
    @Override
    public synchronized void found(Finding finding) {
      review.found(finding);
    }

    @Override
    public synchronized void failed(OcifsException fault) {
      review.failed(fault);
    }
  }
}
