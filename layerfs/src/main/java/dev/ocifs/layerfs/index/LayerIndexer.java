package dev.ocifs.layerfs.index;

import dev.ocifs.layerfs.metrics.FlightEvents;
import dev.ocifs.layerfs.metrics.LayerIndexedEvent;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the index of a layer in the store, or makes it by one pass over the blob.
 *
 * <p>An index becomes visible when the blob's digest and the diffID have been found right, and not
 * before; two processes that want the same one end with one. Thread-safe.
 */
public final class LayerIndexer {
  /** Uncompressed bytes of a span: what a read of one byte decodes at worst. */
  private static final long SPAN_BYTES = 1L << 20;

  /** Spans of layers that are not compressed, or kept so: their length costs nothing but memory. */
  private static final long PLAIN_SPAN_BYTES = 512L << 10;

  /** A layer of larger zstd frames is kept uncompressed. */
  private static final long MAX_FRAME_BYTES = 4L << 20;

  /** As many layers as other engines fetch at once; each holds some MiB. */
  private static final int REMOTE_LAYERS = 4;

  private final Store store;
  private final Limits limits;
  private final Semaphore turns;

  /** For layers that come from registries: they may take hours, and mostly wait. */
  private final Semaphore remoteTurns = new Semaphore(REMOTE_LAYERS);

  private final boolean keepsAll;
  private final boolean spanDigests;

  /**
   * @param turns a permit for each layer that may be read at once; waiting for the disk at the end
   *     takes none
   * @param keepsAll whether every compressed layer is kept uncompressed, beside its index
   */
  public LayerIndexer(Store store, Limits limits, Semaphore turns, boolean keepsAll) {
    this(store, limits, turns, keepsAll, false);
  }

  /**
   * As the other, and says whether indices of all layers have the digests of their spans, as those
   * of blobs that are not {@linkplain BlobSource#trusted trusted} have anyway.
   */
  public LayerIndexer(
      Store store, Limits limits, Semaphore turns, boolean keepsAll, boolean spanDigests) {
    this.store = store;
    this.limits = limits;
    this.turns = turns;
    this.keepsAll = keepsAll;
    this.spanDigests = spanDigests;
  }

  /**
   * The index of the layer, when the store has it whole, and with digests of spans if it needs
   * them; the caller closes it.
   */
  public Optional<LayerIndex> find(ImageLayer layer) throws IOException {
    LayerIndex index;
    try {
      index = LayerIndex.open(store.layerIndex(key(layer)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (OcifsException e) {
      // Damaged or of another version: it is derived data, and made again.
      return Optional.empty();
    }
    boolean fits = false;
    try {
      fits = fits(index, layer);
    } finally {
      if (!fits) {
        index.close();
      }
    }
    return fits ? Optional.of(index) : Optional.empty();
  }

  /**
   * Makes the index of the layer, unless another process or thread has made it in the meantime.
   *
   * @param progress told how many more bytes of the blob have been read
   * @return the index; the caller closes it
   * @throws OcifsException {@code MISMATCH} when blob or diffID are not what the image promises,
   *     {@code INVALID_IMAGE}, {@code LIMIT}, {@code UNSUPPORTED}, naming the layer
   */
  public LayerIndex make(ImageLayer layer, LongConsumer progress) throws IOException {
    return make(layer, progress, null);
  }

  /** As {@link #make}, but reads the layer even when there is an index, and tells what is odd. */
  public LayerIndex verify(ImageLayer layer, LongConsumer progress, Finding.Sink findings)
      throws IOException {
    return make(layer, progress, new TarFindings(layer.diffId(), findings));
  }

  private LayerIndex make(ImageLayer layer, LongConsumer progress, @Nullable TarFindings findings)
      throws IOException {
    try (BuildLock lock = store.lock(key(layer))) {
      Optional<LayerIndex> found = findings != null ? Optional.empty() : find(layer);
      if (found.isPresent()) {
        return found.get();
      }
      try (BlobSource blob = layer.open()) {
        passUntilRight(layer, blob, progress, findings);
      }
      return LayerIndex.open(store.layerIndex(key(layer)));
    } catch (OcifsException e) {
      throw e.layer(layer.digest().orElse(layer.diffId()));
    }
  }

  /** Whether what the index has is enough to verify what will be read. */
  private boolean verifies(LayerIndex index, ImageLayer layer) {
    if (index.hasSpanDigests()) {
      return true;
    }
    if (spanDigests) {
      return false;
    }
    // Of one that is kept, reads go to the copy.
    return index.facts().kept()
        || layer.remote().map(remote -> remote.state().complete()).orElse(true);
  }

  /** Where the index of a layer is, when there is one. */
  public Path file(ImageLayer layer) throws OcifsException {
    return store.layerIndex(key(layer));
  }

  /** Finds and makes uncompressed copies of layers. */
  public KeptLayers keptLayers() {
    return new KeptLayers(store, turns);
  }

  /**
   * Of a blob that was fetched in part by an earlier process, whatever befell that one, all is read
   * once more when it was wrong: what was to blame is fetched anew.
   */
  private void passUntilRight(
      ImageLayer layer, BlobSource blob, LongConsumer progress, @Nullable TarFindings findings)
      throws IOException {
    try {
      pass(layer, blob, progress, findings);
    } catch (Forgotten e) {
      try {
        pass(layer, blob, LayerIndexer::silent, findings);
      } catch (Forgotten again) {
        throw again.fault;
      }
    }
  }

  private static void silent(long bytes) {}

  private void pass(
      ImageLayer layer, BlobSource blob, LongConsumer progress, @Nullable TarFindings findings)
      throws IOException {
    Compression compression = sniff(blob);
    boolean plainSpans = keeps(compression, blob);
    boolean keep = plainSpans || (keepsAll && !liesPlain(compression, blob));
    Digest.Algorithm algorithm =
        layer.digest().map(Digest::algorithm).orElse(Digest.Algorithm.SHA256);
    boolean digests = spanDigests || layer.remote().isPresent() || !blob.trusted();
    long spanBytes = plainSpans || compression == Compression.NONE ? PLAIN_SPAN_BYTES : SPAN_BYTES;
    try (PendingFile index = store.create(store.layerIndex(key(layer)));
        PendingFile copy = keep ? store.create(store.object(layer.diffId())) : null) {
      OutputStream out = copy == null ? null : copy.bulk();
      LayerIndexedEvent event = FlightEvents.layerIndexed();
      LayerFacts facts;
      Semaphore turn = layer.remote().isPresent() ? remoteTurns : turns;
      turn.acquireUninterruptibly();
      try {
        LayerPass pass =
            new LayerPass(
                blob,
                compression,
                layer.diffId(),
                algorithm,
                limits,
                plainSpans,
                spanBytes,
                digests,
                progress,
                findings);
        facts = decode(pass, layer, blob, new LayerIndexWriter(index.channel()), out);
      } finally {
        turn.release(); // others decode while this one waits for the disk
      }
      if (layer.digest().isPresent()) {
        blob.verified();
      }
      if (copy != null && out != null) {
        out.flush();
        KeptLayers.pad(copy.channel());
        copy.commit();
      }
      index.commit();
      if (event != null) {
        event.done(facts.diffId(), facts.blobBytes(), facts.tarBytes(), facts.entries());
      }
    }
  }

  private static LayerFacts decode(
      LayerPass pass,
      ImageLayer layer,
      BlobSource blob,
      LayerIndexWriter writer,
      @Nullable OutputStream copy)
      throws IOException {
    boolean trusted = blob.trusted();
    LayerFacts facts;
    try {
      facts = pass.run(writer, copy);
    } catch (OcifsException e) {
      checkBlob(layer, blob, trusted, e);
      throw e;
    }
    checkBlobDigest(layer, blob, facts.blob());
    checkDiffId(layer, facts.diffId());
    writer.finish(facts);
    return facts;
  }

  private static Compression sniff(BlobSource blob) throws IOException {
    byte[] head = new byte[(int) Math.min(Compression.SNIFF_BYTES, blob.size())];
    blob.readFully(0, head, 0, head.length);
    return Compression.sniff(head, head.length);
  }

  private static boolean liesPlain(Compression compression, BlobSource blob) {
    return compression == Compression.NONE && blob.wholeFile().isPresent();
  }

  private static boolean keeps(Compression compression, BlobSource blob) throws IOException {
    return switch (compression) {
      case NONE, GZIP -> false;
      case ZSTD -> ZstdFrames.longest(blob) > MAX_FRAME_BYTES;
      case XZ, BZIP2 -> true;
    };
  }

  /**
   * A blob that is not what its digest says explains any other fault: that is what the user has to
   * know. One that was not trusted, and is right now, may have been another when it was read.
   */
  private static void checkBlob(
      ImageLayer layer, BlobSource blob, boolean trusted, OcifsException fault) throws IOException {
    if (fault.kind() != OcifsException.Kind.INVALID_IMAGE || layer.digest().isEmpty()) {
      return;
    }
    Hasher hasher = Hasher.of(layer.digest().get().algorithm());
    byte[] buffer = new byte[256 * 1024];
    for (long pos = 0; pos < blob.size(); pos += buffer.length) {
      int n = (int) Math.min(buffer.length, blob.size() - pos);
      blob.readOnce(pos, buffer, 0, n);
      hasher.update(buffer, 0, n);
    }
    checkBlobDigest(layer, blob, hasher.digest());
    if (!trusted) {
      blob.verified();
      throw new Forgotten(fault);
    }
  }

  private static void checkDiffId(ImageLayer layer, Digest found) throws OcifsException {
    if (!found.equals(layer.diffId())) {
      throw new OcifsException(
              OcifsException.Kind.MISMATCH,
              "uncompressed it has diffID " + found + ", the config says " + layer.diffId())
          .rule(27)
          .hint("get the image again, or build it anew");
    }
  }

  private static void checkBlobDigest(ImageLayer layer, BlobSource blob, Digest found)
      throws IOException {
    if (layer.digest().isPresent() && !found.equals(layer.digest().get())) {
      OcifsException fault =
          new OcifsException(OcifsException.Kind.MISMATCH, "its content has digest " + found)
              .rule(27)
              .hint("the blob is damaged: get the image again");
      if (blob.refuted()) {
        throw new Forgotten(fault);
      }
      throw fault;
    }
  }

  /** The bytes that were read are not those that another pass will read. */
  private static final class Forgotten extends IOException {
    private static final long serialVersionUID = 1;

    final OcifsException fault;

    Forgotten(OcifsException fault) {
      super(fault);
      this.fault = fault;
    }
  }

  /** Whether an index is one of this layer, and by what it has the layer can be verified. */
  public boolean fits(LayerIndex index, ImageLayer layer) throws IOException {
    LayerFacts facts = index.facts();
    boolean same =
        facts.diffId().equals(layer.diffId())
            && facts.blobBytes() == layer.size()
            && (layer.digest().isEmpty() || layer.digest().get().equals(facts.blob()));
    return same && verifies(index, layer) && (!facts.kept() || keptLayers().has(facts));
  }

  /**
   * The name of a layer's index: the blob's digest, because checkpoints belong to the blob; where
   * an archive does not tell it, diffID and size.
   */
  private static String key(ImageLayer layer) {
    @Nullable Digest digest = layer.digest().orElse(null);
    return digest != null
        ? digest.algorithm().id() + "-" + digest.hex()
        : "diff-" + layer.diffId().hex() + "-" + layer.size();
  }
}
