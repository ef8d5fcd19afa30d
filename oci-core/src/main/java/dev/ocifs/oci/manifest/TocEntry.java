package dev.ocifs.oci.manifest;

/**
 * An entry of a {@link TableOfContents}, as it stands there: a file, or one more chunk of the file
 * before. Numbers that are left out are 0, texts empty; none is negative. Mutable, not thread-safe.
 */
public final class TocEntry {
  private static final byte[] NONE = {};
  private static final byte[][] NO_XATTRS = {};

  /** dir, reg, symlink, hardlink, char, block, fifo or chunk. */
  public String type = "";

  /** The name as in the tar, with neither NUL nor what is not UTF-8. */
  public byte[] name = NONE;

  /** The target of a link. */
  public byte[] linkName = NONE;

  /** Bytes of the whole file. */
  public long size;

  public long mode;
  public long uid;
  public long gid;
  public long mtimeSeconds;
  public int mtimeNanos;
  public long major;
  public long minor;

  /** Name, value, name, value …, sorted by name. */
  public byte[][] xattrs = NO_XATTRS;

  /** Of the whole file. */
  public String digest = "";

  /** Where in the blob the gzip member or zstd frame of the chunk begins. */
  public long offset;

  /** Where in the blob the frames of the file end. */
  public long endOffset;

  /** How many bytes the gzip member gives before those of the chunk. */
  public long innerOffset;

  /** Where in the file the chunk begins. */
  public long chunkOffset;

  /** Bytes of the chunk; 0 when it goes to the end of the file. */
  public long chunkSize;

  /** Of the chunk; empty, too, where the chunk is the whole file. */
  public String chunkDigest = "";

  void clear() {
    type = "";
    name = NONE;
    linkName = NONE;
    size = 0;
    mode = 0;
    uid = 0;
    gid = 0;
    mtimeSeconds = 0;
    mtimeNanos = 0;
    major = 0;
    minor = 0;
    xattrs = NO_XATTRS;
    digest = "";
    offset = 0;
    endOffset = 0;
    innerOffset = 0;
    chunkOffset = 0;
    chunkSize = 0;
    chunkDigest = "";
  }
}
