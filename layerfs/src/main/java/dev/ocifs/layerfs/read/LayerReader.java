package dev.ocifs.layerfs.read;

import dev.ocifs.layerfs.cache.ChunkCache;
import dev.ocifs.layerfs.codec.LayerDecoder;
import dev.ocifs.layerfs.codec.SpanDecoder;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.pool.Lease;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.source.BlobSource;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The uncompressed bytes of one layer, readable at any position.
 *
 * <p>A read decodes the spans that it touches, or finds them in the chunk cache; each span is
 * compared with the checksum that the verified pass left before any of it is served. Thread-safe.
 * Owns index and blob and closes them.
 */
public final class LayerReader implements Closeable {
  private final LayerIndex index;
  private final BlobSource blob;
  private final Compression compression;
  private final ChunkCache cache;
  private final DecoderPools decoders;

  /**
   * @param blob the layer's blob, or its uncompressed copy when the index says that one is kept
   */
  public LayerReader(LayerIndex index, BlobSource blob, ChunkCache cache, DecoderPools decoders) {
    this.index = index;
    this.blob = blob;
    this.compression = index.facts().kept() ? Compression.NONE : index.facts().compression();
    this.cache = cache;
    this.decoders = decoders;
  }

  /**
   * Copies {@code len} bytes from {@code pos} of the uncompressed layer, which has them, to {@code
   * dst} at {@code off}.
   *
   * @throws dev.ocifs.oci.OcifsException when the blob or the index is no longer what it was
   */
  public void read(long pos, MemorySegment dst, long off, long len) throws IOException {
    long done = 0;
    while (done < len) {
      int span = index.spanAt(pos + done);
      long start = index.spanStart(span);
      int length = Math.toIntExact(index.spanStart(span + 1) - start);
      byte[] chunk = cache.get(this, span, () -> load(span, length));
      int from = (int) (pos + done - start);
      int n = (int) Math.min(len - done, length - from);
      MemorySegment.copy(chunk, from, dst, ValueLayout.JAVA_BYTE, off + done, n);
      done += n;
    }
  }

  private byte[] load(int span, int length) throws IOException {
    byte[] chunk = new byte[length + LayerDecoder.SLACK_BYTES];
    long inEnd = index.facts().kept() ? index.spanStart(span + 1) : index.inEnd(span);
    try (Lease<SpanDecoder> decoder = decoders.of(compression).acquire()) {
      decoder.get().decode(blob, index.checkpoint(span), inEnd, chunk, length);
    }
    CRC32C crc = new CRC32C();
    crc.update(chunk, 0, length);
    if ((int) crc.getValue() != index.spanCrc(span)) {
      throw index.contentDiffers(span);
    }
    return chunk;
  }

  /** Closes the blob alone: for whoever keeps the index. */
  public void closeBlob() throws IOException {
    blob.close();
  }

  /** Closes all of them, whether or not closing one fails. */
  public static void closeAll(List<LayerReader> readers) throws IOException {
    IOException failure = null;
    for (LayerReader reader : readers) {
      try {
        reader.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() throws IOException {
    try (blob) {
      index.close();
    }
  }
}
