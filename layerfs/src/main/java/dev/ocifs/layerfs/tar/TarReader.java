package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the entries of a tar archive in order, byte for byte and in memory that does not depend on
 * it: v7, ustar, PAX and GNU, sparse files in all their forms.
 *
 * <p>Where the formats leave room, it does what Go's archive/tar does, with which most layers are
 * written and read: the size field of links, directories and devices does not count; one zero block
 * alone is an error unless the archive ends there; bytes missing after the last entry's content are
 * no error. It has one reading of sizes: a PAX size moves the reader and is the file's. Not
 * thread-safe; the input stays the caller's.
 *
 * <p>Source: POSIX pax; GNU tar manual, "Tar Internals"; rules 18 to 25 of docs/semantics.md.
 */
public final class TarReader {
  private static final int BLOCK = TarFields.BLOCK;

  /** The largest owner: 2^32 - 1 means "none" to the kernel. */
  private static final long MAX_ID = 0xffff_fffeL;

  private static final long MAX_DEVICE = 0xffff_ffffL;

  private final TarInput in;
  private final Limits limits;
  private final TarEntry entry = new TarEntry();
  private final PaxRecords pax = new PaxRecords();
  private final SparseReader sparse;
  private final byte[] block = new byte[BLOCK];
  private byte @Nullable [] longPath;
  private byte @Nullable [] longTarget;
  private long extensionBytes;
  private long contentEnd;

  public TarReader(TarInput in, Limits limits) {
    this.in = in;
    this.limits = limits;
    sparse = new SparseReader(in);
  }

  /**
   * The next entry; null at the end. It is the same object each time. Content that has not been
   * read is passed over.
   *
   * @throws OcifsException {@code INVALID_IMAGE} naming entry and rule when the archive is
   *     malformed or ends early, {@code LIMIT} when it is beyond the limits; the reader is of no
   *     use afterwards
   */
  public @Nullable TarEntry next() throws IOException {
    passContent();
    longPath = null;
    longTarget = null;
    extensionBytes = 0;
    pax.clear();
    while (readHeader()) {
      char flag = (char) (block[156] & 0xff);
      switch (flag) {
        case 'x', 'X' -> pax.parse(readExtension());
        case 'g' -> passExtension();
        case 'L' -> longPath = TarFields.untilNul(readExtension());
        case 'K' -> longTarget = TarFields.untilNul(readExtension());
        default -> {
          try {
            fill(flag);
          } catch (OcifsException e) {
            throw e.entry(entry.rawPath);
          }
          return entry;
        }
      }
    }
    if (!pax.isEmpty() || longPath != null || longTarget != null) {
      throw TarFields.malformed("it ends behind an extended header, before the entry");
    }
    return null;
  }

  private void passContent() throws IOException {
    long left = contentEnd - in.position();
    if (left > 0 && in.skip(left) < left) {
      throw TarFields.malformed("the layer ends inside its content").entry(entry.rawPath);
    }
    in.skip(-contentEnd & (BLOCK - 1));
  }

  /** Reads a header block into {@link #block}; false at the end of the archive. */
  private boolean readHeader() throws IOException {
    if (!readBlock()) {
      return false;
    }
    if (TarFields.isZero(block)) {
      if (readBlock() && !TarFields.isZero(block)) {
        throw TarFields.malformed("a single block of zeros stands between entries");
      }
      return false;
    }
    TarFields.checkSum(block);
    return true;
  }

  /** Reads a block; false when there is nothing left. */
  private boolean readBlock() throws IOException {
    int n = 0;
    while (n < BLOCK) {
      int more = in.read(block, n, BLOCK - n);
      if (more < 0) {
        if (n == 0) {
          return false;
        }
        throw TarFields.malformed("the layer ends inside a header");
      }
      n += more;
    }
    return true;
  }

  private byte[] readExtension() throws IOException {
    long size = TarFields.number(block, 124, 12, "an extended header's size");
    extensionBytes += size;
    if (size < 0 || extensionBytes > limits.maxPaxBytes()) {
      if (size < 0) {
        throw TarFields.malformed("an extended header has a negative size");
      }
      throw new OcifsException(
              OcifsException.Kind.LIMIT,
              "the extended headers of an entry have more than " + limits.maxPaxBytes() + " bytes")
          .hint("if you trust the image, raise --max-pax-bytes");
    }
    byte[] data = new byte[(int) size];
    for (int n = 0; n < data.length; ) {
      int more = in.read(data, n, data.length - n);
      if (more < 0) {
        throw TarFields.malformed("the layer ends inside an extended header");
      }
      n += more;
    }
    in.skip(-size & (BLOCK - 1));
    return data;
  }

  /** Global records describe no file (rule 22). */
  private void passExtension() throws IOException {
    long size = TarFields.number(block, 124, 12, "a global header's size");
    if (size < 0 || in.skip(size) < size) {
      throw TarFields.malformed("the layer ends inside a global header");
    }
    in.skip(-size & (BLOCK - 1));
  }

  private void fill(char flag) throws IOException {
    entry.rawPath = TarFields.text(block, 0, 100); // For what is wrong with the longer one.
    entry.rawPath = rawPath();
    entry.type = type(flag);
    entry.path = TarPaths.normalise(entry.rawPath, limits);
    boolean hasContent = hasContent(flag);
    if (hasContent && entry.rawPath.length > 0 && entry.rawPath[entry.rawPath.length - 1] == '/') {
      entry.type = TarEntry.Type.DIRECTORY;
    }
    fillTarget();
    entry.mode = (int) TarFields.number(block, 100, 8, "its mode") & 07777;
    entry.uid = id(pax.number("uid", TarFields.number(block, 108, 8, "its uid")), "uid");
    entry.gid = id(pax.number("gid", TarFields.number(block, 116, 8, "its gid")), "gid");
    entry.mtimeSeconds = TarFields.number(block, 136, 12, "its mtime");
    entry.mtimeNanos = 0;
    pax.mtime(entry);
    boolean device =
        entry.type == TarEntry.Type.CHARACTER_DEVICE || entry.type == TarEntry.Type.BLOCK_DEVICE;
    entry.major = device ? device(329, "major") : 0;
    entry.minor = device ? device(337, "minor") : 0;
    entry.xattrs = pax.xattrs();
    fillContent(flag, hasContent);
  }

  private void fillTarget() throws OcifsException {
    boolean link = entry.type == TarEntry.Type.SYMLINK || entry.type == TarEntry.Type.HARD_LINK;
    if (!link) {
      entry.target = NOTHING;
      return;
    }
    byte[] target = pax.path("linkpath");
    if (target == null) {
      target = longTarget != null ? longTarget : TarFields.text(block, 157, 100);
    }
    entry.target =
        entry.type == TarEntry.Type.HARD_LINK ? TarPaths.normalise(target, limits) : target;
  }

  private void fillContent(char flag, boolean hasContent) throws IOException {
    long stored = hasContent ? pax.number("size", TarFields.number(block, 124, 12, "its size")) : 0;
    if (stored < 0) {
      throw TarFields.malformed("its size is negative");
    }
    entry.size = stored;
    entry.sparse = false;
    entry.runs = NO_RUNS;
    if (flag == 'S') {
      sparse.readOldGnu(block, stored, entry);
    } else if (hasContent) {
      stored -= sparse.readPax(pax, stored, entry);
    }
    entry.dataPos = in.position();
    if (entry.dataPos > Long.MAX_VALUE - BLOCK - stored) {
      throw TarFields.malformed("its size is beyond 64 bits");
    }
    contentEnd = entry.dataPos + stored;
    if (entry.type != TarEntry.Type.REGULAR) {
      entry.size = 0;
    }
  }

  private byte[] rawPath() throws OcifsException {
    byte[] path = pax.path("GNU.sparse.name");
    if (path == null) {
      path = pax.path("path");
    }
    if (path == null) {
      path = longPath;
    }
    if (path != null) {
      return path;
    }
    byte[] name = TarFields.text(block, 0, 100);
    byte[] prefix = prefix();
    if (prefix.length == 0) {
      return name;
    }
    byte[] whole = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    whole[prefix.length] = '/';
    System.arraycopy(name, 0, whole, prefix.length + 1, name.length);
    return whole;
  }

  /** The prefix field of ustar, and star's shorter one; GNU tar has other fields in its place. */
  private byte[] prefix() {
    boolean ustar =
        block[257] == 'u'
            && block[258] == 's'
            && block[259] == 't'
            && block[260] == 'a'
            && block[261] == 'r'
            && block[262] == 0;
    if (!ustar) {
      return NOTHING;
    }
    boolean star = block[508] == 't' && block[509] == 'a' && block[510] == 'r' && block[511] == 0;
    return TarFields.text(block, 345, star ? 131 : 155);
  }

  private static boolean hasContent(char flag) {
    return flag == '0' || flag == 0 || flag == '7' || flag == 'S';
  }

  private static TarEntry.Type type(char flag) throws OcifsException {
    return switch (flag) {
      case '0', '\0', '7', 'S' -> TarEntry.Type.REGULAR;
      case '1' -> TarEntry.Type.HARD_LINK;
      case '2' -> TarEntry.Type.SYMLINK;
      case '3' -> TarEntry.Type.CHARACTER_DEVICE;
      case '4' -> TarEntry.Type.BLOCK_DEVICE;
      case '5' -> TarEntry.Type.DIRECTORY;
      case '6' -> TarEntry.Type.FIFO;
      default ->
          throw new OcifsException(
                  OcifsException.Kind.INVALID_IMAGE, "it is of the unknown type '" + flag + "'")
              .rule(24);
    };
  }

  private static int id(long value, String field) throws OcifsException {
    if (value < 0 || value > MAX_ID) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              "its " + field + " " + value + " is not one that a file can have")
          .rule(19);
    }
    return (int) value;
  }

  private int device(int at, String field) throws OcifsException {
    long value = TarFields.number(block, at, 8, "its device's " + field);
    if (value < 0 || value > MAX_DEVICE) {
      throw TarFields.malformed("its device's " + field + " number is " + value);
    }
    return (int) value;
  }

  private static final byte[] NOTHING = {};
  private static final long[] NO_RUNS = {};
}
