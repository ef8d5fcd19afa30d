package dev.ocifs.layerfs.toc;

import dev.ocifs.layerfs.index.ForeignIndexCheck;
import dev.ocifs.layerfs.index.LayerFacts;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.index.LayerIndexWriter;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.TableOfContents;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the index of a layer from the table of contents that it carries, without reading the layer:
 * so that it can be mounted before it is here.
 *
 * <p>The manifest vouches for the table by its digest, the table for each chunk by its own. The tar
 * itself has not been seen: positions are those of the contents, laid one after the other, and
 * nothing is known of the diffID. So the index is one of another layer, in all places where layers
 * are told apart: {@link #identity} takes the diffID's. Thread-safe.
 */
public final class TocIndexer {
  private static final String ESTARGZ_DIGEST = "containerd.io/snapshot/stargz/toc.digest";
  private static final String CHUNKED_DIGEST = "io.containers.zstd-chunked.manifest-checksum";
  private static final String CHUNKED_POSITION = "io.containers.zstd-chunked.manifest-position";

  private final Store store;
  private final Limits limits;

  public TocIndexer(Store store, Limits limits) {
    this.store = store;
    this.limits = limits;
  }

  /**
   * The name of what the table of the layer describes: of the blob and of the digest that vouches
   * for the table, as one blob may be named with a false table by another manifest.
   *
   * @return empty when the layer has no table that may be used, as one that no annotation vouches
   *     for: whoever can change what the registry serves could show any tree
   */
  public Optional<Digest> identity(ImageLayer layer) {
    return layer.digest().isEmpty() || vouched(layer).isEmpty()
        ? Optional.empty()
        : Optional.of(identity(layer.digest().get(), vouched(layer)));
  }

  private static Digest identity(Digest blob, String vouched) {
    String text = "ocifs table of contents 1\n" + blob + "\n" + vouched;
    return Hasher.hash(Digest.Algorithm.SHA256, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String vouched(ImageLayer layer) {
    return layer
        .annotations()
        .getOrDefault(CHUNKED_DIGEST, layer.annotations().getOrDefault(ESTARGZ_DIGEST, ""));
  }

  /** Whether an index is one of the layer's table of contents. */
  public static boolean describes(ImageLayer layer, LayerFacts facts) {
    return facts.virtual() && facts.diffId().equals(identity(facts.blob(), vouched(layer)));
  }

  /** The index that was made before; the caller closes it. */
  public Optional<LayerIndex> find(ImageLayer layer) throws IOException {
    Optional<Digest> identity = identity(layer);
    return identity.isEmpty() ? Optional.empty() : find(layer, identity.get());
  }

  private Optional<LayerIndex> find(ImageLayer layer, Digest identity) throws IOException {
    LayerIndex index;
    try {
      index = LayerIndex.open(path(identity));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (OcifsException e) {
      return Optional.empty(); // damaged or of another version: it is made again
    }
    LayerFacts facts = index.facts();
    if (facts.virtual()
        && facts.diffId().equals(identity)
        && facts.blobBytes() == layer.size()
        && layer.digest().equals(Optional.of(facts.blob()))) {
      return Optional.of(index);
    }
    index.close();
    return Optional.empty();
  }

  /**
   * Makes the index, unless another has in the meantime. Reads the end of the blob and no more.
   *
   * @return to be closed by the caller
   * @throws OcifsException {@code INVALID_IMAGE} or {@code LIMIT}, naming the layer, when it has no
   *     table, or none that can be used: it says why, and the layer has to be read as a whole
   */
  public LayerIndex make(ImageLayer layer) throws IOException {
    Digest identity =
        identity(layer).orElseThrow(() -> Unusable.because("the manifest does not vouch for one"));
    try (BuildLock lock = store.lock(key(identity))) {
      Optional<LayerIndex> found = find(layer, identity);
      if (found.isPresent()) {
        return found.get();
      }
      try (BlobSource blob = layer.open();
          PendingFile file = store.create(path(identity))) {
        write(layer, identity, blob, file);
        try (LayerIndex made = LayerIndex.open(file)) {
          ForeignIndexCheck.check(made, limits);
        }
        file.commit();
      }
      return LayerIndex.open(path(identity));
    } catch (OcifsException e) {
      throw e.layer(layer.digest().orElse(layer.diffId()));
    }
  }

  private void write(ImageLayer layer, Digest identity, BlobSource blob, PendingFile file)
      throws IOException {
    Table table = table(layer, blob);
    LayerIndexWriter writer = new LayerIndexWriter(file.channel());
    TableWriter entries = new TableWriter(writer, limits, blob.size(), table.contentEnd());
    TableOfContents.read(table.json(), entries);
    table.addRest(entries);
    writer.finish(
        new LayerFacts(
            identity,
            layer.digest().orElseThrow(),
            table.compression(),
            blob.size(),
            entries.bytes(),
            writer.entryCount(),
            false,
            true));
  }

  private Table table(ImageLayer layer, BlobSource blob) throws IOException {
    Map<String, String> annotations = layer.annotations();
    String chunked = annotations.get(CHUNKED_DIGEST);
    if (chunked != null) {
      Optional<String> place = Optional.ofNullable(annotations.get(CHUNKED_POSITION));
      return ZstdChunked.read(blob, Digest.parse(chunked), place);
    }
    return Estargz.read(blob, Digest.parse(vouched(layer)), limits);
  }

  /** Removes the index: there is one of a verified pass now. */
  public void forget(ImageLayer layer) throws IOException {
    Optional<Digest> identity = identity(layer);
    if (identity.isPresent()) {
      Files.deleteIfExists(path(identity.get()));
    }
  }

  private Path path(Digest identity) throws OcifsException {
    return store.layerIndex(key(identity));
  }

  /** The name of the index in the store; no index of a verified pass is called so. */
  public static String key(Digest identity) {
    return "toc-" + Store.fileName(identity);
  }
}
