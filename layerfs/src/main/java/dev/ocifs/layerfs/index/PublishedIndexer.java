package dev.ocifs.layerfs.index;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.source.PublishedIndex;
import dev.ocifs.oci.source.RemoteLayer;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Takes over the index of a layer that somebody has published beside the image.
 *
 * <p>It is checked entry by entry and written anew, so that only what is sound and understood gets
 * into the store. Nothing says that it describes the layer truly: so it is one of another layer, in
 * all places where layers are told apart, and its diffID is made of the digest of the artifact that
 * names it: so it is known, too, of an index in the store whether it is the one that the user has
 * pinned. Thread-safe.
 */
public final class PublishedIndexer {
  private static final String PREFIX = "ocifs published index 1\n";
  private final Store store;
  private final Limits limits;

  public PublishedIndexer(Store store, Limits limits) {
    this.store = store;
    this.limits = limits;
  }

  /** The name of the index in the store; no index of a verified pass is called so. */
  public static String key(Digest blob) {
    return "published-" + Store.fileName(blob);
  }

  /** What tells the index of a layer from all others in memory; empty where there can be none. */
  public static Optional<Digest> name(ImageLayer layer) {
    String which = pin(layer).map(Digest::toString).orElse("any");
    return layer.digest().map(blob -> hash(blob, which));
  }

  private static Optional<Digest> pin(ImageLayer layer) {
    return layer.remote().flatMap(RemoteLayer::pinnedIndex);
  }

  /** What the index describes, as far as anybody knows: it may not be the layer. */
  private static Digest identity(Digest blob, Digest artifact) {
    return hash(blob, artifact.toString());
  }

  private static Digest hash(Digest blob, String which) {
    return Hasher.hash(
        Digest.Algorithm.SHA256, (PREFIX + blob + "\n" + which + "\n").getBytes(UTF_8));
  }

  /** The index that was taken over before; the caller closes it. */
  public Optional<LayerIndex> find(ImageLayer layer) throws IOException {
    return layer.digest().isEmpty() ? Optional.empty() : find(layer, layer.digest().get());
  }

  private Optional<LayerIndex> find(ImageLayer layer, Digest blob) throws IOException {
    LayerIndex index;
    try {
      index = LayerIndex.open(path(blob));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (OcifsException e) {
      return Optional.empty(); // damaged or of another version: it is got again
    }
    LayerFacts facts = index.facts();
    boolean wanted =
        pin(layer).map(artifact -> facts.diffId().equals(identity(blob, artifact))).orElse(true);
    if (wanted
        && facts.virtual()
        && facts.blob().equals(blob)
        && facts.blobBytes() == layer.size()) {
      return Optional.of(index);
    }
    index.close();
    return Optional.empty();
  }

  /**
   * The index, taken over unless another has in the meantime; the caller closes it.
   *
   * @return empty when nobody has published one
   * @throws OcifsException {@code INVALID_IMAGE} or {@code LIMIT}, naming the layer, when it cannot
   *     be used: the layer has to be read as a whole; as {@link RemoteLayer#publishedIndex} when it
   *     cannot be had
   */
  public Optional<LayerIndex> make(ImageLayer layer) throws IOException {
    if (layer.remote().isEmpty() || layer.digest().isEmpty()) {
      return Optional.empty();
    }
    Digest blob = layer.digest().get();
    try (BuildLock lock = store.lock(key(blob))) {
      Optional<LayerIndex> found = find(layer, blob);
      if (found.isPresent()) {
        return found;
      }
      Optional<PublishedIndex> published = layer.remote().get().publishedIndex();
      if (published.isEmpty()) {
        return Optional.empty();
      }
      try (PublishedIndex index = published.get()) {
        takeOver(layer, blob, index);
      }
      return Optional.of(LayerIndex.open(path(blob)));
    } catch (OcifsException e) {
      throw e.layer(blob);
    }
  }

  private void takeOver(ImageLayer layer, Digest blob, PublishedIndex published)
      throws IOException {
    Path place = path(blob);
    try (PendingFile unpacked = store.create(place);
        PendingFile file = store.create(place)) {
      PackedIndex.unpack(published.packed(), unpacked);
      try (LayerIndex index = open(unpacked)) {
        ForeignIndexCheck.check(index, limits);
        checkFits(index, layer, blob);
        write(index, identity(blob, published.artifact()), file);
      }
      file.commit();
    }
  }

  private static LayerIndex open(PendingFile unpacked) throws IOException {
    try {
      return LayerIndex.open(unpacked);
    } catch (OcifsException e) {
      throw new OcifsException(OcifsException.Kind.INVALID_IMAGE, e.what(), e);
    }
  }

  private static void checkFits(LayerIndex index, ImageLayer layer, Digest blob)
      throws OcifsException {
    LayerFacts facts = index.facts();
    if (facts.virtual()
        || !facts.blob().equals(blob)
        || facts.blobBytes() != layer.size()
        || !facts.diffId().equals(layer.diffId())) {
      throw new OcifsException(
          OcifsException.Kind.INVALID_IMAGE, "the published index is one of another layer");
    }
    if (!index.hasSpanDigests()) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE, "the published index has no digests of its spans")
          .hint("ocifs index push publishes one that has");
    }
  }

  private static void write(LayerIndex from, Digest identity, PendingFile file) throws IOException {
    LayerIndexWriter writer = new LayerIndexWriter(file.channel());
    EntryCursor cursor = from.entries();
    LayerEntry entry = new LayerEntry();
    while (cursor.next(entry)) {
      writer.add(entry);
    }
    for (int span = 0; span < from.spanCount(); span++) {
      writer.beginSpan(from.checkpoint(span));
      writer.endSpan(0, from.spanDigest(span));
    }
    LayerFacts facts = from.facts();
    writer.finish(
        new LayerFacts(
            identity,
            facts.blob(),
            facts.compression(),
            facts.blobBytes(),
            facts.tarBytes(),
            facts.entries(),
            false,
            true));
  }

  /** Removes the index: there is one of a verified pass now. */
  public void forget(ImageLayer layer) throws IOException {
    if (layer.digest().isPresent()) {
      Files.deleteIfExists(path(layer.digest().get()));
    }
  }

  private Path path(Digest blob) throws OcifsException {
    return store.layerIndex(key(blob));
  }
}
