package dev.ocifs.layerfs.toc;

import dev.ocifs.layerfs.codec.Checkpoint;
import dev.ocifs.layerfs.index.ForeignIndexCheck;
import dev.ocifs.layerfs.index.LayerEntry;
import dev.ocifs.layerfs.index.LayerIndexWriter;
import dev.ocifs.layerfs.tar.EntryRules;
import dev.ocifs.layerfs.tar.TarEntry;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.TableOfContents;
import dev.ocifs.oci.manifest.TocEntry;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Makes a layer index of a table's entries as they come. The contents lie one after the other in
 * the order of the table, which must be that in the blob: so no chunk can overlap another, each
 * file is in one piece, and memory does not depend on their number but for a row a chunk.
 *
 * <p>Each chunk is a span, as its digest covers its bytes and none before or behind. Not
 * thread-safe; used once.
 */
final class TableWriter implements TableOfContents.Sink {
  private static final byte[] NONE = {};

  private final LayerIndexWriter writer;
  private final Limits limits;
  private final long blobBytes;
  private final long contentEnd;
  private final LayerEntry entry = new LayerEntry();

  /** Where the next content lies in the index. */
  private long pos;

  /** Where the last chunk begins in the blob, and where its file is said to end, 0 if nowhere. */
  private long lastOffset;

  private long lastEnd;

  /** The file whose chunks come now, and how much of it has come. */
  private byte[] fileName = NONE;

  private long fileSize;
  private long fileDone;

  TableWriter(LayerIndexWriter writer, Limits limits, long blobBytes, long contentEnd) {
    this.writer = writer;
    this.limits = limits;
    this.blobBytes = blobBytes;
    this.contentEnd = contentEnd;
  }

  /** Bytes of all contents. */
  long bytes() {
    return pos;
  }

  @Override
  public void entry(TocEntry from) throws IOException {
    try {
      if ("chunk".equals(from.type)) {
        Unusable.unless(fileDone > 0 && Arrays.equals(from.name, fileName), "a chunk stands alone");
        addChunk(from);
        return;
      }
      endFile();
      fill(from);
      add();
      fileName = from.name;
      if (entry.type == LayerEntry.Type.REGULAR && entry.size > 0) {
        fileSize = entry.size;
        addChunk(from);
      }
    } catch (OcifsException e) {
      throw e.entry(from.name);
    }
  }

  private void add() throws IOException {
    if (writer.entryCount() == limits.maxEntries()) {
      throw limits.tooManyEntries();
    }
    writer.add(entry);
  }

  private void endFile() throws OcifsException {
    Unusable.unless(fileDone == fileSize, "chunks of the file before are missing");
    fileSize = 0;
    fileDone = 0;
  }

  private void fill(TocEntry from) throws OcifsException {
    entry.clear();
    entry.type = type(from.type);
    boolean slash = from.name.length > 0 && from.name[from.name.length - 1] == '/';
    Unusable.unless(
        entry.type != LayerEntry.Type.REGULAR || !slash, "a file is called like a directory");
    entry.path = EntryRules.path(from.name, limits, "the path");
    switch (entry.type) {
      case HARD_LINK -> entry.target = EntryRules.path(from.linkName, limits, "the link's target");
      case SYMLINK -> entry.target = EntryRules.symlinkTarget(from.linkName);
      case CHARACTER_DEVICE, BLOCK_DEVICE -> {
        Unusable.unless(
            from.major <= Integer.MAX_VALUE && from.minor <= Integer.MAX_VALUE,
            "a device number is out of range");
        entry.major = (int) from.major;
        entry.minor = (int) from.minor;
      }
      case REGULAR -> {
        entry.size = from.size;
        entry.dataPos = pos;
      }
      default -> {}
    }
    entry.mode = (int) (from.mode & 07777);
    entry.uid = EntryRules.id(from.uid, "uid");
    entry.gid = EntryRules.id(from.gid, "gid");
    entry.mtimeSeconds = from.mtimeSeconds;
    entry.mtimeNanos = from.mtimeNanos;
    entry.xattrs = from.xattrs;
  }

  private static LayerEntry.Type type(String name) throws OcifsException {
    return switch (name) {
      case "reg" -> LayerEntry.Type.REGULAR;
      case "dir" -> LayerEntry.Type.DIRECTORY;
      case "symlink" -> LayerEntry.Type.SYMLINK;
      case "hardlink" -> LayerEntry.Type.HARD_LINK;
      case "char" -> LayerEntry.Type.CHARACTER_DEVICE;
      case "block" -> LayerEntry.Type.BLOCK_DEVICE;
      case "fifo" -> LayerEntry.Type.FIFO;
      default -> throw Unusable.because("an entry is of type '" + name + "'");
    };
  }

  private void addChunk(TocEntry from) throws IOException {
    long left = fileSize - fileDone;
    long length = from.chunkSize == 0 ? left : from.chunkSize;
    Unusable.unless(
        from.chunkOffset == fileDone && length > 0 && length <= left,
        "the chunks of a file are not its content");
    Unusable.unless(from.innerOffset == 0, "several files lie in one gzip member");
    Unusable.unless(
        from.offset > lastOffset && from.offset < contentEnd,
        "its order is not that of the layer, or a chunk lies outside");
    Unusable.unless(length <= ForeignIndexCheck.MAX_SPAN_BYTES, "a chunk has " + length + " bytes");
    String digest =
        from.chunkDigest.isEmpty() && length == fileSize ? from.digest : from.chunkDigest;
    lastOffset = from.offset;
    if (from.endOffset > 0) {
      Unusable.unless(
          from.endOffset > from.offset && from.endOffset <= contentEnd,
          "a chunk ends before it begins, or outside");
      lastEnd = from.endOffset;
    }
    addSpan(Checkpoint.start(pos, from.offset), length, sha256(digest));
    fileDone += length;
  }

  private static byte[] sha256(String text) throws OcifsException {
    Unusable.unless(!text.isEmpty(), "a chunk has no digest");
    Digest digest = Digest.parse(text);
    Unusable.unless(
        digest.algorithm() == Digest.Algorithm.SHA256, "the digest of a chunk is no sha256");
    return HexFormat.of().parseHex(digest.hex());
  }

  private void addSpan(Checkpoint at, long length, byte[] sha256) throws IOException {
    writer.beginSpan(at);
    writer.endSpan(0, sha256);
    pos += length;
    limits.checkLayerBytes(pos, blobBytes);
  }

  /** Adds a file whose bytes come next, by {@link #addSpan(Checkpoint, long, long, byte[])}. */
  void addFile(TarEntry file) throws IOException {
    endFile();
    entry.clear();
    entry.type = LayerEntry.Type.REGULAR;
    entry.path = file.path();
    entry.size = file.size();
    entry.dataPos = pos + file.dataPos();
    entry.mode = file.mode();
    entry.uid = file.uid();
    entry.gid = file.gid();
    entry.mtimeSeconds = file.mtimeSeconds();
    entry.mtimeNanos = file.mtimeNanos();
    entry.xattrs = file.xattrs();
    add();
  }

  /**
   * Adds a span of something that was decoded by itself.
   *
   * @param at as when it was decoded, with positions from its beginning in the blob, {@code offset}
   */
  void addSpan(Checkpoint at, long offset, long length, byte[] sha256) throws IOException {
    addSpan(
        new Checkpoint(
            pos,
            at.inBit() + (offset << 3),
            at.headerBit() + (offset << 3),
            at.kind(),
            at.storedLeft(),
            at.window()),
        length,
        sha256);
  }

  /**
   * Ends the contents where the last file is said to end: a span without bytes keeps what follows
   * in the blob from being read with the last chunk.
   */
  void endContent() throws IOException {
    endFile();
    if (lastEnd > lastOffset) {
      addSpan(Checkpoint.start(pos, lastEnd), 0, Hasher.of(Digest.Algorithm.SHA256).bytes());
    }
  }
}
