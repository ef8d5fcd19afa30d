package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.index.KeptLayers;
import dev.ocifs.layerfs.index.LayerFacts;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.ImageLayer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the content of each layer of one view lies: in its blob, or in the uncompressed copy that
 * the store keeps. A copy that is there at the beginning is not removed before this is closed. Not
 * thread-safe while it is filled.
 */
final class LayerContents implements Closeable {
  private final KeptLayers kept;
  private final List<ImageLayer> layers;
  private final List<LayerFacts> facts;
  private final List<Optional<Closeable>> holds = new ArrayList<>();

  private LayerContents(KeptLayers kept, List<ImageLayer> layers, List<LayerFacts> facts) {
    this.kept = kept;
    this.layers = layers;
    this.facts = facts;
  }

  /** Holds the copies of all layers that have one. */
  static LayerContents hold(
      KeptLayers kept, List<ImageLayer> layers, List<Lease<LayerIndex>> indices)
      throws IOException {
    List<LayerFacts> facts = indices.stream().map(index -> index.value().facts()).toList();
    LayerContents contents = new LayerContents(kept, layers, facts);
    boolean done = false;
    try {
      for (LayerFacts each : facts) {
        contents.holds.add(kept.hold(each));
      }
      done = true;
      return contents;
    } finally {
      if (!done) {
        contents.close();
      }
    }
  }

  /** Whether the layer is read from its copy. */
  boolean isCopy(int layer) {
    return holds.get(layer).isPresent();
  }

  /** Opens what the layer is read from; the caller closes it. */
  BlobSource open(int layer) throws IOException {
    return kept.content(layers.get(layer), facts.get(layer), isCopy(layer));
  }

  /** The file with the bytes of the layer as they were before compression, if there is one. */
  Optional<Path> file(int layer) throws IOException {
    return kept.file(layers.get(layer), facts.get(layer));
  }

  /** {@link #file} of each layer. */
  List<Optional<Path>> files() throws IOException {
    List<Optional<Path>> files = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      files.add(file(i));
    }
    return files;
  }

  List<Digest> diffIds() {
    return facts.stream().map(LayerFacts::diffId).toList();
  }

  @Override
  public void close() throws IOException {
    for (Optional<Closeable> hold : holds) {
      if (hold.isPresent()) {
        hold.get().close();
      }
    }
  }
}
