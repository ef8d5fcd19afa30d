package dev.ocifs.layerfs.index;

import dev.ocifs.layerfs.codec.Checkpoint;
import dev.ocifs.layerfs.codec.LayerDecoder;
import dev.ocifs.layerfs.format.SectionedFile;
import dev.ocifs.layerfs.tar.EntryRules;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.util.Arrays;

/**
 * Reads a layer index that was not made by a verified pass of our own, and refuses it unless all of
 * it is such as a pass could have written: paths in normal form and numbers in range, content
 * within the layer, spans that ascend in layer and blob and are short, and no more of anything than
 * the limits allow. What passes can be merged and read like an index of our own: it costs no more
 * memory, leads to no place outside, and each span has a digest to be compared with.
 *
 * <p>That the index describes the layer truly cannot be seen from here: the digests of its spans
 * vouch for the content as far as somebody vouches for the index.
 */
public final class ForeignIndexCheck {
  /** Far above the longest span that ocifs writes: one of 1 MiB and the zstd frame that ends it. */
  public static final long MAX_SPAN_BYTES = 8L << 20;

  /** Pieces of 256 KiB are ended by one entry, whose map of runs is its longest part. */
  private static final long MAX_PIECE_BYTES = 32L << 20;

  private static final int MAX_MODE = 07777;
  private static final int MAX_NANOS = 999_999_999;
  private static final int MAX_STORED_BLOCK = 0xffff;

  private final LayerIndex index;
  private final LayerFacts facts;
  private final Limits limits;

  private ForeignIndexCheck(LayerIndex index, Limits limits) {
    this.index = index;
    this.facts = index.facts();
    this.limits = limits;
  }

  /**
   * Checks an index.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when it is none that a pass could have written,
   *     {@code LIMIT} when the layer that it describes is too large
   */
  public static void check(LayerIndex index, Limits limits) throws OcifsException {
    try {
      new ForeignIndexCheck(index, limits).run();
    } catch (OcifsException e) {
      if (e.kind() != OcifsException.Kind.STORE) {
        throw e;
      }
      throw new OcifsException(OcifsException.Kind.INVALID_IMAGE, e.what(), e);
    }
  }

  private void run() throws OcifsException {
    checkFacts();
    SectionedFile file = index.file();
    for (SectionedFile.Piece piece : file.pieces(LayerIndexFormat.ENTRIES)) {
      require(piece.length() <= MAX_PIECE_BYTES, "a piece of its entries is too long");
    }
    file.checkAll();
    checkEntries();
    checkSpans();
  }

  private void checkFacts() throws OcifsException {
    require(facts.blobBytes() >= 0 && facts.tarBytes() >= 0, "a size is negative");
    require(!facts.kept(), "it is of an uncompressed copy");
    Compression compression = facts.compression();
    require(
        compression == Compression.NONE
            || compression == Compression.GZIP
            || compression == Compression.ZSTD,
        "layers of compression " + compression + " have no spans");
    limits.checkLayerBytes(facts.tarBytes(), facts.blobBytes());
    if (facts.entries() > limits.maxEntries()) {
      throw limits.tooManyEntries();
    }
  }

  private void checkEntries() throws OcifsException {
    EntryCursor cursor = index.entries();
    LayerEntry entry = new LayerEntry();
    long entries = 0;
    while (cursor.next(entry)) {
      entries++;
      require(entries <= facts.entries(), "it has more entries than it says");
      try {
        checkEntry(entry);
      } catch (OcifsException e) {
        throw e.entry(entry.path);
      }
    }
    require(entries == facts.entries(), "it has fewer entries than it says");
  }

  private void checkEntry(LayerEntry entry) throws OcifsException {
    checkPath(entry.path, "its path");
    if (entry.type == LayerEntry.Type.HARD_LINK) {
      checkPath(entry.target, "the hard link's target");
    } else if (entry.type == LayerEntry.Type.SYMLINK) {
      requireText(EntryRules.symlinkTarget(entry.target), "its target");
    }
    require(entry.mode >= 0 && entry.mode <= MAX_MODE, "its mode is out of range");
    EntryRules.id(Integer.toUnsignedLong(entry.uid), "uid");
    EntryRules.id(Integer.toUnsignedLong(entry.gid), "gid");
    require(entry.mtimeNanos >= 0 && entry.mtimeNanos <= MAX_NANOS, "its time is out of range");
    require(entry.major >= 0 && entry.minor >= 0, "its device number is out of range");
    checkXattrs(entry.xattrs);
    if (entry.type == LayerEntry.Type.REGULAR) {
      checkContent(entry);
    }
  }

  private void checkPath(byte[] path, String what) throws OcifsException {
    requireText(path, what);
    require(EntryRules.path(path, limits, what).length == path.length, what + " is not normal");
    // As long as it was and nothing taken away: the same.
  }

  private static void requireText(byte[] name, String what) throws OcifsException {
    for (byte b : name) {
      require(b != 0, what + " holds a NUL");
    }
  }

  private void checkXattrs(byte[][] xattrs) throws OcifsException {
    long bytes = 0;
    for (int i = 0; i < xattrs.length; i++) {
      bytes += xattrs[i].length;
      if (i % 2 == 0) {
        require(xattrs[i].length > 0, "an extended attribute has no name");
        requireText(xattrs[i], "the name of an extended attribute");
        require(
            i == 0 || Arrays.compareUnsigned(xattrs[i - 2], xattrs[i]) < 0,
            "its extended attributes are not sorted");
      }
    }
    if (bytes > limits.maxPaxBytes()) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT, "its extended attributes have " + bytes + " bytes")
          .hint("if you trust it, raise --max-pax-bytes");
    }
  }

  private void checkContent(LayerEntry entry) throws OcifsException {
    require(entry.size >= 0, "its size is negative");
    long stored = entry.sparse ? storedBytes(entry) : entry.size;
    require(
        stored == 0
            || (entry.dataPos >= 0
                && stored <= facts.tarBytes()
                && entry.dataPos <= facts.tarBytes() - stored),
        "its content lies outside the layer");
  }

  private static long storedBytes(LayerEntry entry) throws OcifsException {
    long stored = 0;
    long end = 0;
    for (int i = 0; i < entry.runs.length; i += 2) {
      long start = entry.runs[i];
      long length = entry.runs[i + 1];
      require(
          start >= end && length > 0 && start <= entry.size && length <= entry.size - start,
          "its runs do not ascend within its size");
      end = start + length;
      stored += length;
    }
    return stored;
  }

  private void checkSpans() throws OcifsException {
    int count = index.spanCount();
    require(count == 0 || index.hasSpanDigests(), "its spans have no digests");
    require(count > 0 || facts.tarBytes() == 0, "it has no spans");
    require(count == 0 || index.spanStart(0) == 0, "its first span begins late");
    long inBit = -1;
    for (int span = 0; span < count; span++) {
      long length = index.spanStart(span + 1) - index.spanStart(span);
      require(
          length >= 0 && length <= MAX_SPAN_BYTES, "span " + span + " has " + length + " bytes");
      Checkpoint at = index.checkpoint(span);
      require(
          at.inBit() > inBit && at.inBit() >>> 3 <= facts.blobBytes(),
          "span " + span + " is out of place in the blob");
      require(fits(at), "span " + span + " cannot begin as it says");
      inBit = at.inBit();
    }
  }

  private boolean fits(Checkpoint at) {
    if (at.kind() == Checkpoint.Kind.START) {
      return at.headerBit() == at.inBit()
          && (at.inBit() & 7) == 0
          && at.storedLeft() == 0
          && at.window().length == 0
          && (facts.compression() != Compression.NONE || at.inBit() >>> 3 == at.outPos());
    }
    return facts.compression() == Compression.GZIP
        && at.headerBit() >= 0
        && at.headerBit() <= at.inBit()
        && at.storedLeft() <= MAX_STORED_BLOCK
        && at.window().length <= Math.min(at.outPos(), LayerDecoder.HISTORY_BYTES);
  }

  private static void require(boolean holds, String otherwise) throws OcifsException {
    if (!holds) {
      throw new OcifsException(OcifsException.Kind.INVALID_IMAGE, "layer index: " + otherwise);
    }
  }
}
