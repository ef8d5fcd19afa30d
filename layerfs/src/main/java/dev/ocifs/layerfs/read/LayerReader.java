package dev.ocifs.layerfs.read;

import dev.ocifs.layerfs.cache.ChunkCache;
import dev.ocifs.layerfs.codec.Checkpoint;
import dev.ocifs.layerfs.codec.LayerDecoder;
import dev.ocifs.layerfs.codec.SpanDecoder;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.metrics.FlightEvents;
import dev.ocifs.layerfs.metrics.SpanDecodedEvent;
import dev.ocifs.layerfs.objects.SpanKey;
import dev.ocifs.layerfs.objects.SpanStore;
import dev.ocifs.layerfs.pool.Lease;
import dev.ocifs.layerfs.view.ByteRange;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobSource;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The uncompressed bytes of one layer, readable at any position.
 *
 * <p>A read decodes the spans that it touches, or finds them in the chunk cache or among the
 * decoded spans on disk; each span is compared with the checksum that the verified pass left before
 * any of it is served, or with its digest while the blob is not {@linkplain BlobSource#trusted
 * trusted}: then what is wrong is read once more, as the blob may get other bytes. A read that
 * finds all in the cache allocates nothing. Thread-safe. Opens the blob at the first read that
 * needs it, and closes it; the index stays the caller's.
 */
public final class LayerReader implements Closeable {
  /** Opens what the layer is read from. */
  @FunctionalInterface
  public interface Opener {
    BlobSource open() throws IOException;
  }

  private static final int NONE_USED = -2;

  /** A header of a DEFLATE block no farther than this before a span is fetched along with it. */
  private static final long NEAR_BYTES = 128 << 10;

  /** More than such a header has. */
  private static final long HEADER_BYTES = 1024;

  private final LayerIndex index;
  private final int ordinal;
  private final Opener opener;
  private final boolean plain;
  private final Compression compression;
  private final ChunkCache cache;
  private final DecoderPools decoders;
  private final SpanStore objects;
  private final ReadListener listener;

  /** Made when a span is first used; two threads may make one each, which are equal. */
  private final ChunkCache.@Nullable Key[] keys;

  /** The span that was used last; threads that read at once may make it less than exact. */
  private int last = NONE_USED;

  private @Nullable BlobSource blob;
  private boolean closed;

  /**
   * @param ordinal position of the layer in its image, for the listener
   * @param plain whether the opener gives an uncompressed copy of the layer
   * @param opener opens the layer's blob, or its uncompressed copy
   * @param objects where spans of a compressed layer are looked for before they are decoded
   */
  public LayerReader(
      LayerIndex index,
      int ordinal,
      boolean plain,
      Opener opener,
      ChunkCache cache,
      DecoderPools decoders,
      SpanStore objects,
      ReadListener listener) {
    this.index = index;
    this.ordinal = ordinal;
    this.opener = opener;
    this.plain = plain;
    this.compression = plain ? Compression.NONE : index.facts().compression();
    this.cache = cache;
    this.decoders = decoders;
    // Spans on disk are told apart by checksums, which a virtual index has none of.
    this.objects =
        compression == Compression.NONE || index.facts().virtual() ? SpanStore.NONE : objects;
    this.listener = listener;
    this.keys = new ChunkCache.Key[index.spanCount()];
  }

  /**
   * Copies {@code len} bytes from {@code pos} of the uncompressed layer, which has them, to {@code
   * dst} at {@code off}.
   *
   * @throws dev.ocifs.oci.OcifsException when the blob or the index is no longer what it was
   */
  public void read(long pos, MemorySegment dst, long off, long len) throws IOException {
    copy(pos, dst, off, len, true);
  }

  /**
   * Copies like {@link #read} when all of it lies in the chunk cache, and waits for nothing.
   *
   * @return whether it did; if not, part of {@code dst} may have been written
   */
  public boolean readCached(long pos, MemorySegment dst, long off, long len) throws IOException {
    return copy(pos, dst, off, len, false);
  }

  private boolean copy(long pos, MemorySegment dst, long off, long len, boolean waits)
      throws IOException {
    long done = 0;
    while (done < len) {
      int span = index.spanAt(pos + done);
      ChunkCache.Key key = key(span);
      byte[] chunk = cache.find(key);
      if (chunk == null) {
        if (!waits) {
          return false;
        }
        chunk = awaited(key, span);
      }
      noteOrder(span);
      long start = index.spanStart(span);
      int from = (int) (pos + done - start);
      int n = (int) Math.min(len - done, index.spanStart(span + 1) - start - from);
      MemorySegment.copy(chunk, from, dst, ValueLayout.JAVA_BYTE, off + done, n);
      done += n;
    }
    return true;
  }

  private ChunkCache.Key key(int span) {
    ChunkCache.Key key = keys[span];
    if (key == null) {
      key = new ChunkCache.Key(index, span);
      keys[span] = key;
      listener.used(ordinal, span);
    }
    return key;
  }

  private void noteOrder(int span) {
    if (span != last) {
      if (span == last + 1 && span + 1 < keys.length) {
        listener.inOrder(ordinal, span + 1);
      }
      last = span;
    }
  }

  private byte[] awaited(ChunkCache.Key key, int span) throws IOException {
    listener.waits();
    try {
      return cache.get(key, () -> load(span, false));
    } finally {
      listener.goesOn();
    }
  }

  /**
   * Gets a span into the cache that will be asked for, unless it is there.
   *
   * @param usedBefore whether earlier mounts read it, so that it pays to keep it on disk
   * @return how many bytes it has; 0 when the layer has no such span, or it would not be kept
   */
  public long prefetch(int span, boolean usedBefore) throws IOException {
    if (span < 0 || span >= index.spanCount()) {
      return 0;
    }
    if (!cache.keeps(length(span) + LayerDecoder.SLACK_BYTES)) {
      return 0;
    }
    ChunkCache.Key key = new ChunkCache.Key(index, span);
    byte[] chunk = cache.find(key);
    return (chunk != null ? chunk : cache.get(key, () -> load(span, usedBefore))).length;
  }

  /**
   * Says that a span will be read, so that what is not here of it can be fetched; waits for
   * nothing.
   *
   * @return how many bytes of the blob it takes; 0 when the layer has no such span, or all of it is
   *     here
   */
  public long expect(int span) throws IOException {
    if (plain || span < 0 || span >= index.spanCount()) {
      return 0;
    }
    BlobSource from = blob();
    if (from.trusted()) {
      return 0;
    }
    long begin = begin(index.checkpoint(span));
    long bytes = index.inEnd(span) - begin;
    from.expect(begin, bytes);
    return bytes;
  }

  /**
   * The decoded bytes of a span, for one who reads the layer through: from the cache where they are
   * there, and not put there else.
   */
  byte[] decoded(int span) throws IOException {
    byte[] chunk = cache.find(new ChunkCache.Key(index, span));
    if (chunk == null) {
      int length = length(span);
      chunk = new byte[length + LayerDecoder.SLACK_BYTES];
      SpanKey key = new SpanKey(index.facts().diffId(), index.spanStart(span), length);
      if (!objects.find(key, index.spanCrc(span), chunk)) {
        decode(span, chunk, length);
      }
    }
    return chunk;
  }

  LayerIndex index() {
    return index;
  }

  /** How many spans the layer has. */
  public int spanCount() {
    return index.spanCount();
  }

  /** Where a span begins in the uncompressed layer; for the count of spans, the layer's size. */
  public long spanStart(int span) throws OcifsException {
    return index.spanStart(span);
  }

  /** The number of the span that a position of the uncompressed layer lies in. */
  public int spanAt(long pos) throws OcifsException {
    return index.spanAt(pos);
  }

  /** The span that a position of the uncompressed layer lies in. */
  public ByteRange span(long pos) throws IOException {
    int span = index.spanAt(pos);
    return new ByteRange(index.spanStart(span), index.spanStart(span + 1));
  }

  private int length(int span) throws IOException {
    return Math.toIntExact(index.spanStart(span + 1) - index.spanStart(span));
  }

  private byte[] load(int span, boolean usedBefore) throws IOException {
    int length = length(span);
    byte[] chunk = new byte[length + LayerDecoder.SLACK_BYTES];
    SpanKey key = new SpanKey(index.facts().diffId(), index.spanStart(span), length);
    int crc = index.spanCrc(span);
    if (!objects.find(key, crc, chunk)) {
      decode(span, chunk, length);
      objects.offer(key, crc, chunk, usedBefore);
    }
    return chunk;
  }

  private void decode(int span, byte[] chunk, int length) throws IOException {
    long inEnd = plain ? index.spanStart(span + 1) : index.inEnd(span);
    Checkpoint checkpoint =
        plain ? Checkpoint.plain(index.spanStart(span)) : index.checkpoint(span);
    BlobSource from = blob();
    SpanDecodedEvent event = FlightEvents.spanDecoded();
    if (!decoded(from, span, checkpoint, inEnd, chunk, length)
        && !(suspect(from, checkpoint, inEnd)
            && decoded(from, span, checkpoint, inEnd, chunk, length))) {
      throw index.contentDiffers(span);
    }
    if (event != null) {
      event.done(index.facts().diffId(), span, length);
    }
  }

  /** Decodes a span; returns whether it is what the index says. */
  private boolean decoded(
      BlobSource from, int span, Checkpoint checkpoint, long inEnd, byte[] chunk, int length)
      throws IOException {
    boolean trusted = from.trusted();
    if (!trusted) {
      from.expect(begin(checkpoint), inEnd - begin(checkpoint));
    }
    try (Lease<SpanDecoder> decoder = decoders.of(compression).acquire()) {
      decoder.get().decode(from, checkpoint, inEnd, chunk, length);
    } catch (OcifsException e) {
      if (trusted || !e.kind().blamesImage()) {
        throw e;
      }
      return false;
    }
    if (!trusted || index.facts().virtual()) {
      Hasher hasher = Hasher.of(Digest.Algorithm.SHA256);
      hasher.update(chunk, 0, length);
      return Arrays.equals(hasher.bytes(), index.spanDigest(span));
    }
    CRC32C crc = new CRC32C();
    crc.update(chunk, 0, length);
    return (int) crc.getValue() == index.spanCrc(span);
  }

  /** Has the bytes of a span fetched again; false when that would change nothing. */
  private static boolean suspect(BlobSource from, Checkpoint checkpoint, long inEnd) {
    long begin = begin(checkpoint);
    long header = checkpoint.headerBit() >>> 3;
    if (header < begin && !from.suspect(header, Math.min(HEADER_BYTES, begin - header))) {
      return false;
    }
    return from.suspect(begin, inEnd - begin);
  }

  /** Where the bytes of a span begin in the blob, with the header of their block if it is near. */
  private static long begin(Checkpoint checkpoint) {
    long header = checkpoint.headerBit() >>> 3;
    long begin = checkpoint.inBit() >>> 3;
    return begin - header <= NEAR_BYTES ? header : begin;
  }

  private synchronized BlobSource blob() throws IOException {
    if (closed) {
      throw new IllegalStateException("the reader is closed");
    }
    if (blob == null) {
      blob = opener.open();
    }
    return blob;
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
  public synchronized void close() throws IOException {
    closed = true;
    if (blob != null) {
      blob.close();
      blob = null;
    }
  }
}
