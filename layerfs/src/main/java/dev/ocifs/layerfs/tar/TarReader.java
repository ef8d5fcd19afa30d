package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the entries of a layer's tar, one after the other, in memory that does not grow with the
 * layer.
 *
 * <p>It reads v7, ustar and star headers, PAX records and the GNU extensions. Extension headers (x,
 * L, K) wait for the next real entry, also across other extension headers, and a later one of the
 * same type replaces an earlier one; global records (g) must be well-formed and change nothing. The
 * name of an entry is, in this order, that of a PAX sparse map, of a GNU long name, of PAX, of the
 * header. Where tars leave room for doubt it does as Go's {@code archive/tar}, which container
 * engines unpack with:
 *
 * <ul>
 *   <li>Two zero blocks are the end, and so is the layer's end between entries, in the padding of
 *       an entry, or after one zero block; one zero block before anything else is an error, as what
 *       follows it would be hidden from some readers and not from others. What follows the end is
 *       not read here.
 *   <li>Only regular files have content. The size of a link, directory, device or FIFO is ignored:
 *       the next header follows at once. A type {@code \0} whose name ends in a slash is a
 *       directory in this sense too; the types {@code 0} and {@code 7} with such a name become
 *       directories whose content is passed over.
 * </ul>
 *
 * <p>Between two calls of {@link #next} the caller may read the entry's content from the input, all
 * of it or a part. It counts entries and bytes if it wants to bound them: of the limits this class
 * applies those for paths and PAX. After an error the reader is of no more use. Not thread-safe;
 * the input stays its maker's.
 */
public final class TarReader {
  private static final int NANO_DIGITS = 9;
  private static final int NANOS = 1_000_000_000;

  private final TarSource in;
  private final Limits limits;
  private final TarHeader header = new TarHeader();
  private final SparseMaps sparseMaps;
  private final TarEntry entry = new TarEntry();

  /** The content of extension headers; grows to the largest one. */
  private byte[] body = new byte[TarHeader.BLOCK];

  private @Nullable PaxRecords pax;
  private byte @Nullable [] longName;
  private byte @Nullable [] longLink;

  /** Where the current header lies: what errors name until they can name the entry. */
  private long headerPos;

  /** The name in the current header, and then that of the entry; empty until it is known. */
  private byte[] name = TarEntry.NO_BYTES;

  /** Where the current content ends, and how much padding follows it. */
  private long contentEnd;

  private int padding;
  private boolean ended;

  /** Starts at the input's position, which must be that of a header. */
  public TarReader(TarInput in, Limits limits) {
    this.in = new TarSource(in);
    this.limits = limits;
    this.sparseMaps = new SparseMaps(this.in);
    this.contentEnd = in.position();
  }

  /**
   * Moves to the next entry.
   *
   * @return the entry, the same object each time; null at the end
   * @throws OcifsException INVALID_IMAGE when the tar breaks a rule, LIMIT when a path or an
   *     extension header is too large, UNSUPPORTED for a sparse map of an unknown version or size
   * @throws IllegalStateException when the caller has read beyond the entry's content
   */
  public @Nullable TarEntry next() throws IOException {
    if (ended) {
      return null;
    }
    try {
      while (nextHeader()) {
        switch (header.type()) {
          case 'x' -> {
            int length = readBody("a PAX header");
            pax = PaxRecords.parse(body, length);
          }
          case 'g' -> {
            int length = readBody("a global PAX header");
            PaxRecords.parse(body, length);
          }
          case 'L' -> longName = readName("a GNU long name");
          case 'K' -> longLink = readName("a GNU long link");
          default -> {
            fill();
            pax = null;
            longName = null;
            longLink = null;
            return entry;
          }
        }
      }
    } catch (OcifsException e) {
      throw name.length == 0 ? e.entry("at byte " + headerPos) : e.entry(name);
    }
    ended = true;
    return null;
  }

  private boolean nextHeader() throws IOException {
    long left = contentEnd - in.position();
    if (left < 0) {
      throw new IllegalStateException("read beyond the entry's content by " + -left + " bytes");
    }
    in.skipContent(left, padding);
    name = TarEntry.NO_BYTES;
    headerPos = in.position();
    if (!in.readOrEnd(header.block, TarHeader.BLOCK, "a header")) {
      return false;
    }
    if (header.isZero()) {
      if (in.readOrEnd(header.block, TarHeader.BLOCK, "a header") && !header.isZero()) {
        throw Malformed.grammar("a single zero block before a header");
      }
      return false;
    }
    header.open();
    name = header.name();
    return true;
  }

  private int readBody(String what) throws IOException {
    long size = header.size();
    if (size > limits.maxPaxBytes()) {
      throw Malformed.limit(what + " has " + size + " bytes", "--max-pax-bytes");
    }
    int length = (int) size;
    if (length > body.length) {
      body = new byte[Math.max(length, (int) Math.min(2L * body.length, limits.maxPaxBytes()))];
    }
    in.read(body, length, what);
    content(in.position(), 0);
    padding = padding(size);
    return length;
  }

  /** Reads a GNU long name, up to its first NUL; an empty one is as good as none. */
  private byte @Nullable [] readName(String what) throws IOException {
    int length = readBody(what);
    int end = 0;
    while (end < length && body[end] != 0) {
      end++;
    }
    return end == 0 ? null : Arrays.copyOf(body, end);
  }

  private void fill() throws IOException {
    byte type = header.type();
    PaxRecords records = pax;
    entry.rawPath = chooseName(records);
    name = entry.rawPath;
    entry.type = typeOf(type, entry.rawPath);
    entry.typeFlag = type;
    entry.path = EntryRules.path(entry.rawPath, limits, "the path");
    entry.mode = header.mode();
    long uid = header.uid();
    long gid = header.gid();
    entry.mtimeSeconds = header.mtime();
    entry.mtimeNanos = 0;
    entry.xattrs = TarEntry.NO_XATTRS;
    long stored = header.size();
    byte[] link = longLink;
    if (records != null) {
      uid = records.number("uid", uid);
      gid = records.number("gid", gid);
      stored = TarNumbers.unsigned(records.number("size", stored), "PAX size");
      byte[] mtime = records.bytes("mtime");
      if (mtime != null) {
        setTime(mtime);
      }
      entry.xattrs = records.xattrs();
      link = link == null ? records.bytes("linkpath") : link;
    }
    entry.uid = EntryRules.id(uid, "uid");
    entry.gid = EntryRules.id(gid, "gid");
    fillTarget(link);
    boolean device =
        entry.type == TarEntry.Type.CHARACTER_DEVICE || entry.type == TarEntry.Type.BLOCK_DEVICE;
    entry.major = device ? header.major() : 0;
    entry.minor = device ? header.minor() : 0;
    fillContent(type, stored, records);
  }

  private byte[] chooseName(@Nullable PaxRecords records) throws OcifsException {
    byte[] chosen = longName;
    if (records != null) {
      byte[] sparseName = SparseMaps.isSparse(records) ? records.bytes("GNU.sparse.name") : null;
      if (sparseName != null) {
        return sparseName;
      }
      chosen = chosen == null ? records.bytes("path") : chosen;
    }
    return chosen == null ? name : chosen;
  }

  private static TarEntry.Type typeOf(byte type, byte[] rawPath) throws OcifsException {
    return switch (type) {
      case 0, '0', '7' ->
          rawPath.length > 0 && rawPath[rawPath.length - 1] == '/'
              ? TarEntry.Type.DIRECTORY
              : TarEntry.Type.REGULAR;
      case 'S' -> TarEntry.Type.REGULAR;
      case '1' -> TarEntry.Type.HARD_LINK;
      case '2' -> TarEntry.Type.SYMLINK;
      case '3' -> TarEntry.Type.CHARACTER_DEVICE;
      case '4' -> TarEntry.Type.BLOCK_DEVICE;
      case '5' -> TarEntry.Type.DIRECTORY;
      case '6' -> TarEntry.Type.FIFO;
      default -> {
        String shown =
            type > ' ' && type < 0x7f ? "'" + (char) type + "'" : Integer.toString(type & 0xff);
        throw Malformed.of(Malformed.ENTRY_TYPE, "unknown entry type " + shown);
      }
    };
  }

  /** Takes seconds with any number of decimals; those after the ninth are cut off. */
  private void setTime(byte[] text) throws OcifsException {
    int point = 0;
    while (point < text.length && text[point] != '.') {
      point++;
    }
    long seconds = TarNumbers.decimal(text, 0, point, "mtime");
    int nanos = 0;
    int digits = 0;
    for (int i = point + 1; i < text.length; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9) {
        throw Malformed.grammar("PAX mtime is not a number");
      }
      if (digits < NANO_DIGITS) {
        nanos = nanos * 10 + digit;
        digits++;
      }
    }
    for (; digits < NANO_DIGITS; digits++) {
      nanos *= 10;
    }
    if (text[0] == '-' && nanos > 0) {
      if (seconds == Long.MIN_VALUE) {
        throw Malformed.grammar("PAX mtime exceeds 64 bits");
      }
      seconds--;
      nanos = NANOS - nanos;
    }
    entry.mtimeSeconds = seconds;
    entry.mtimeNanos = nanos;
  }

  private void fillTarget(byte @Nullable [] longTarget) throws OcifsException {
    if (entry.type != TarEntry.Type.SYMLINK && entry.type != TarEntry.Type.HARD_LINK) {
      entry.target = TarEntry.NO_BYTES;
      return;
    }
    byte[] target = longTarget == null ? header.linkName() : longTarget;
    entry.target =
        entry.type == TarEntry.Type.SYMLINK
            ? EntryRules.symlinkTarget(target)
            : EntryRules.path(target, limits, "the hard link's target");
  }

  private void fillContent(byte type, long stored, @Nullable PaxRecords records)
      throws IOException {
    boolean hasContent =
        switch (type) {
          case '0', '7', 'S' -> true;
          case 0 -> entry.type == TarEntry.Type.REGULAR;
          default -> false;
        };
    boolean paxSparse = records != null && SparseMaps.isSparse(records);
    entry.sparse = type == 'S' || paxSparse;
    if (entry.sparse) {
      if (entry.type != TarEntry.Type.REGULAR) {
        throw Malformed.grammar("a sparse map for something that is not a regular file");
      }
      fillSparse(type, stored, records);
      return;
    }
    content(in.position(), hasContent ? stored : 0);
    boolean plain = entry.type == TarEntry.Type.REGULAR && stored > 0;
    entry.size = plain ? stored : 0;
    entry.runs = plain ? new long[] {0, stored} : TarEntry.NO_RUNS;
  }

  private void fillSparse(byte type, long stored, @Nullable PaxRecords records) throws IOException {
    Runs runs;
    long left = stored;
    if (type == 'S') {
      if (!header.isGnu()) {
        throw Malformed.grammar("a GNU sparse file without GNU's magic");
      }
      entry.size = SparseMaps.oldSize(header);
      runs = sparseMaps.old(header);
    } else {
      PaxRecords map = Objects.requireNonNull(records);
      entry.size = SparseMaps.paxSize(map, stored);
      if (SparseMaps.isInContent(map)) {
        long start = in.position();
        runs = sparseMaps.ofContent(stored);
        left = stored - (in.position() - start);
      } else {
        runs = SparseMaps.ofRecords(map);
      }
    }
    entry.runs = runs.finish(entry.size, left);
    content(in.position(), left);
  }

  /** Sets where the content lies that is still to be read or passed over. */
  private void content(long start, long length) throws OcifsException {
    if (length > Long.MAX_VALUE - TarHeader.BLOCK - start) {
      throw Malformed.grammar("the entry's content of " + length + " bytes exceeds 64 bits");
    }
    entry.dataPos = start;
    contentEnd = start + length;
    padding = padding(length);
  }

  private static int padding(long length) {
    return (int) (-length & (TarHeader.BLOCK - 1));
  }
}
