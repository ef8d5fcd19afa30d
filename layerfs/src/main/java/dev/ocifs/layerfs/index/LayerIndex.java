package dev.ocifs.layerfs.index;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.ocifs.layerfs.codec.Checkpoint;
import dev.ocifs.layerfs.format.SectionedFile;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.PendingFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The index of one layer, mapped: its entries, and the spans in which its content is read.
 *
 * <p>Safe for any number of threads; closing it unmaps it, later calls fail with {@link
 * IllegalStateException}.
 */
public final class LayerIndex implements Closeable {
  private static final Checkpoint.Kind[] KINDS = Checkpoint.Kind.values();

  private final SectionedFile file;
  private final LayerFacts facts;
  private final long spansAt;
  private final int spanCount;

  /** Where the digests of the spans stand; -1 when there are none. */
  private final long digestsAt;

  private final List<SectionedFile.Piece> windows;

  private LayerIndex(SectionedFile file) throws OcifsException {
    this.file = file;
    facts = readFacts(file, file.section(LayerIndexFormat.FACTS).offset());
    SectionedFile.Piece spans = file.section(LayerIndexFormat.SPANS);
    spansAt = spans.offset();
    spanCount = (int) (spans.length() / LayerIndexFormat.SPAN_BYTES);
    windows = file.pieces(LayerIndexFormat.WINDOWS);
    digestsAt = digestsAt(file, spanCount);
  }

  /**
   * Maps a layer index.
   *
   * @throws java.nio.file.NoSuchFileException when there is none
   * @throws OcifsException {@code STORE} when it is too new, too old or damaged
   */
  public static LayerIndex open(Path path) throws IOException {
    return of(SectionedFile.open(path, LayerIndexFormat.FORMAT));
  }

  /**
   * Maps a layer index that is not at its place yet.
   *
   * @throws OcifsException {@code STORE} when it is too new, too old or damaged
   */
  public static LayerIndex open(PendingFile pending) throws IOException {
    return of(SectionedFile.open(pending.channel(), pending.target(), LayerIndexFormat.FORMAT));
  }

  private static LayerIndex of(SectionedFile file) throws IOException {
    LayerIndex index = null;
    try {
      index = new LayerIndex(file);
      return index;
    } finally {
      if (index == null) {
        file.close();
      }
    }
  }

  private static long digestsAt(SectionedFile file, int spans) throws OcifsException {
    if (file.pieces(LayerIndexFormat.SPAN_DIGESTS).isEmpty()) {
      return -1;
    }
    SectionedFile.Piece digests = file.section(LayerIndexFormat.SPAN_DIGESTS);
    if (digests.length() != (long) spans * LayerIndexFormat.DIGEST_BYTES) {
      throw file.damaged("it has digests for other spans");
    }
    return digests.offset();
  }

  private static LayerFacts readFacts(SectionedFile file, long at) throws OcifsException {
    int compression = file.getInt(at + 24);
    if (compression < 0 || compression >= Compression.values().length) {
      throw file.damaged("it names compression " + compression);
    }
    int flags = file.getInt(at + 28);
    Digest diffId = Digest.parse(text(file, at + 32));
    int diffIdLength = file.getInt(at + 32);
    Digest blob = Digest.parse(text(file, at + 36 + (diffIdLength + 3 & ~3)));
    return new LayerFacts(
        diffId,
        blob,
        Compression.values()[compression],
        file.getLong(at),
        file.getLong(at + 8),
        file.getLong(at + 16),
        (flags & LayerIndexFormat.KEPT) != 0,
        (flags & LayerIndexFormat.VIRTUAL) != 0);
  }

  private static String text(SectionedFile file, long at) throws OcifsException {
    int length = file.getInt(at);
    if (length < 0 || length > 512) {
      throw file.damaged("a digest of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    file.get(at + 4, bytes, 0, length);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  public LayerFacts facts() {
    return facts;
  }

  SectionedFile file() {
    return file;
  }

  /** A walk over all entries, from the first. */
  public EntryCursor entries() {
    return new EntryCursor(file, file.pieces(LayerIndexFormat.ENTRIES));
  }

  /** The size of the file in bytes. */
  public long bytes() {
    return file.size();
  }

  /**
   * Reads all of it: every checksum, every entry, every checkpoint with its window.
   *
   * @throws OcifsException {@code STORE} when it is damaged
   */
  public void checkAll() throws OcifsException {
    file.checkAll();
    EntryCursor cursor = entries();
    LayerEntry entry = new LayerEntry();
    long entries = 0;
    while (cursor.next(entry)) {
      entries++;
    }
    if (entries != facts.entries()) {
      throw file.damaged("it has " + entries + " entries, not " + facts.entries());
    }
    for (int span = 0; span < spanCount; span++) {
      if (spanStart(span) > spanStart(span + 1)) {
        throw file.damaged("span " + span + " ends before it begins");
      }
      long bytes = facts.kept() ? facts.tarBytes() : facts.blobBytes();
      if (checkpoint(span).inBit() >>> 3 > bytes) {
        throw file.damaged("span " + span + " begins behind the blob");
      }
    }
  }

  /** How many spans the layer has. */
  public int spanCount() {
    return spanCount;
  }

  /**
   * The span that holds the byte at {@code pos} of the uncompressed layer, which must lie in it.
   */
  public int spanAt(long pos) throws OcifsException {
    int low = 0;
    int high = spanCount - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (spanStart(middle) <= pos) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /**
   * The position in the uncompressed layer at which a span begins; for the count of spans, the
   * layer's size.
   */
  public long spanStart(int span) throws OcifsException {
    return span == spanCount ? facts.tarBytes() : file.getLong(row(span));
  }

  /** The CRC-32C of the uncompressed bytes of a span; 0 in an index that is virtual. */
  public int spanCrc(int span) throws OcifsException {
    return file.getInt(row(span) + 44);
  }

  /**
   * Whether it has the digest of each span: without them the layer can be read from a file that was
   * verified as a whole, and not from a registry.
   */
  public boolean hasSpanDigests() {
    return digestsAt >= 0;
  }

  /**
   * The SHA-256 of the uncompressed bytes of a span.
   *
   * @throws OcifsException {@code STORE} when the index {@linkplain #hasSpanDigests has none}
   */
  public byte[] spanDigest(int span) throws OcifsException {
    if (!hasSpanDigests()) {
      throw new OcifsException(
              OcifsException.Kind.STORE, "layer index " + file.path() + " has no digests of spans")
          .layer(facts.blob())
          .hint("delete the file: it is made again when needed");
    }
    long ignored = row(span);
    byte[] digest = new byte[LayerIndexFormat.DIGEST_BYTES];
    file.get(digestsAt + (long) span * digest.length, digest, 0, digest.length);
    return digest;
  }

  /** The position in the blob, in bytes, up to which the data of a span can reach. */
  public long inEnd(int span) throws OcifsException {
    return span + 1 == spanCount
        ? facts.blobBytes()
        : Math.min((file.getLong(row(span + 1) + 8) + 7) >>> 3, facts.blobBytes());
  }

  /** Where decoding of a span begins; the window is unpacked anew at each call. */
  public Checkpoint checkpoint(int span) throws OcifsException {
    long row = row(span);
    int packed = file.getInt(row + 40);
    int kind = packed & 0xff;
    if (kind >= KINDS.length) {
      throw file.damaged("span " + span + " is of kind " + kind);
    }
    return new Checkpoint(
        file.getLong(row),
        file.getLong(row + 8),
        file.getLong(row + 16),
        KINDS[kind],
        packed >>> 8,
        window(span, file.getLong(row + 24), file.getInt(row + 32), file.getInt(row + 36)));
  }

  /**
   * The error that says that the content of a span is not what it was when the layer was indexed.
   */
  public OcifsException contentDiffers(int span) {
    return new OcifsException(
            OcifsException.Kind.MISMATCH,
            "span " + span + " of the blob is no longer what it was when the layer was indexed")
        .layer(facts.blob())
        .hint("restore the image's file, or run ocifs verify");
  }

  private byte[] window(int span, long pos, int stored, int length) throws OcifsException {
    if (length < 0 || length > 32 * 1024 || stored < 0 || stored > length) {
      throw file.damaged("span " + span + " has a window of " + length + " bytes");
    }
    byte[] packed = new byte[stored];
    long at = pos;
    int done = 0;
    for (SectionedFile.Piece piece : windows) {
      if (at < piece.length() && done < stored) {
        int n = (int) Math.min(piece.length() - at, stored - done);
        file.get(piece.offset() + at, packed, done, n);
        done += n;
        at = 0;
      } else {
        at -= piece.length();
      }
    }
    if (done < stored) {
      throw file.damaged("the window of span " + span + " is missing");
    }
    if (stored == length) {
      return packed;
    }
    byte[] window = new byte[length];
    try {
      if (Zstd.decompress(window, packed) == length) {
        return window;
      }
    } catch (ZstdException e) {
      // Falls through: what the checksum covers is what was written, so this means a foreign
      // writer.
    }
    throw file.damaged("the window of span " + span + " cannot be unpacked");
  }

  private long row(int span) {
    if (span < 0 || span >= spanCount) {
      throw new IndexOutOfBoundsException("span " + span + " of " + spanCount);
    }
    return spansAt + (long) span * LayerIndexFormat.SPAN_BYTES;
  }

  @Override
  public void close() {
    file.close();
  }
}
