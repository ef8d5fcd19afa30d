package dev.ocifs.layerfs.index;

import dev.ocifs.layerfs.codec.LayerCodec;
import dev.ocifs.layerfs.codec.LayerDecoder;
import dev.ocifs.layerfs.codec.SpanDecoder;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.FileBlob;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * The uncompressed layers that the store keeps, one file a diffID, and those that lie somewhere
 * uncompressed by themselves. Thread-safe.
 *
 * <p>A kept layer is padded with zeros to whole blocks of a tar, so that the kernel can be given it
 * as a block device. It appears in the store when all of it has been compared with what the
 * verified pass over the layer found.
 */
public final class KeptLayers {
  /** The block of a tar, which the content of its files is aligned to. */
  private static final int BLOCK_BYTES = 512;

  private final Store store;
  private final Semaphore turns;

  /**
   * @param turns a permit for each layer that may be read at once
   */
  KeptLayers(Store store, Semaphore turns) {
    this.store = store;
    this.turns = turns;
  }

  /** Whether the store has an uncompressed copy of the layer, whole by its size. */
  public boolean has(LayerFacts facts) throws IOException {
    Path copy = store.object(facts.diffId());
    return Files.isRegularFile(copy) && Files.size(copy) == padded(facts.tarBytes());
  }

  /**
   * Keeps the copy of a layer from being removed until the caller closes what this returns; empty
   * when the store has none.
   */
  public Optional<Closeable> hold(LayerFacts facts) throws IOException {
    if (!has(facts)) {
      return Optional.empty();
    }
    Path copy = store.object(facts.diffId());
    try {
      KeptBound.used(copy);
      return Optional.of(FileChannel.open(copy, StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // removed just now
    }
  }

  /** What reads of the layer go to: its uncompressed copy, else its blob. The caller closes it. */
  public BlobSource content(ImageLayer layer, LayerFacts facts, boolean copy) throws IOException {
    return copy ? FileBlob.open(store.object(facts.diffId())) : layer.open();
  }

  /**
   * The file that holds the uncompressed layer and nothing before it, in whole blocks: the copy, or
   * the blob where that is a file of its own and not compressed.
   */
  public Optional<Path> file(ImageLayer layer, LayerFacts facts) throws IOException {
    if (has(facts)) {
      return Optional.of(store.object(facts.diffId()));
    }
    if (facts.compression() != Compression.NONE || facts.tarBytes() % BLOCK_BYTES != 0) {
      return Optional.empty();
    }
    try (BlobSource blob = layer.open()) {
      return blob.wholeFile().map(Path::toAbsolutePath);
    }
  }

  /**
   * Makes the copy of a layer that has been indexed, unless there is a file already.
   *
   * @param progress told how many more bytes of the blob have been read
   * @throws OcifsException {@code MISMATCH} when the layer is no longer what was indexed
   */
  public void keep(ImageLayer layer, LayerIndex index, LongConsumer progress) throws IOException {
    LayerFacts facts = index.facts();
    try (BuildLock lock = store.lock("keep-" + Store.fileName(facts.diffId()))) {
      if (file(layer, facts).isPresent()) {
        return;
      }
      try (BlobSource blob = layer.open();
          PendingFile copy = store.create(store.object(facts.diffId()));
          SpanDecoder decoder = LayerCodec.spanDecoder(facts.compression())) {
        turns.acquireUninterruptibly();
        try {
          decode(index, blob, decoder, copy, progress);
        } finally {
          turns.release();
        }
        copy.bulk().flush();
        pad(copy.channel());
        copy.commit();
      }
    }
  }

  /** Span by span, so that memory does not depend on the layer; each is compared. */
  private static void decode(
      LayerIndex index, BlobSource blob, SpanDecoder decoder, PendingFile copy, LongConsumer read)
      throws IOException {
    byte[] bytes = new byte[0];
    CRC32C crc = new CRC32C();
    long before = 0;
    for (int span = 0; span < index.spanCount(); span++) {
      int length = Math.toIntExact(index.spanStart(span + 1) - index.spanStart(span));
      if (bytes.length < length + LayerDecoder.SLACK_BYTES) {
        bytes = new byte[length + LayerDecoder.SLACK_BYTES];
      }
      long inEnd = index.inEnd(span);
      decoder.decode(blob, index.checkpoint(span), inEnd, bytes, length);
      crc.reset();
      crc.update(bytes, 0, length);
      if ((int) crc.getValue() != index.spanCrc(span)) {
        throw index.contentDiffers(span);
      }
      copy.bulk().write(bytes, 0, length);
      read.accept(inEnd - before);
      before = inEnd;
    }
  }

  /**
   * Removes copies, those unused for longest first, until they take no more than so many bytes on
   * disk. One that a view or a mount has open stays, whosever it is, and so does one that was used
   * a moment ago.
   *
   * @return what they take now
   */
  public long trim(long maxBytes) throws IOException {
    return new KeptBound(store, InstantSource.system()).trim(maxBytes);
  }

  /** Fills the last block with zeros. */
  static void pad(FileChannel layer) throws IOException {
    long size = layer.size();
    int missing = (int) (padded(size) - size);
    if (missing > 0) {
      layer.write(ByteBuffer.allocate(missing), size);
    }
  }

  private static long padded(long bytes) {
    return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
  }
}
