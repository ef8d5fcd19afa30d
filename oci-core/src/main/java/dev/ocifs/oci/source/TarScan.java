package dev.ocifs.oci.source;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the members of an outer archive lie, in one pass over its headers; the data between
 * them is not read. Layers have a reader of their own, which keeps every byte of every attribute:
 * this one needs names, links and positions only.
 *
 * <p>The last of several members of one name counts, as when the archive is extracted.
 */
final class TarScan {
  /** Far above any image, and few enough for their names to stay in memory. */
  private static final int MAX_MEMBERS = 200_000;

  private static final long MAX_NAME_BYTES = 32L << 20;

  private final BlobSource file;
  private final Limits limits;
  private final Map<String, Member> members = new HashMap<>();
  private long nameBytes;

  // What extension headers said about the next real member.
  private @Nullable String longName;
  private @Nullable String longLink;
  private @Nullable Long longSize;

  private TarScan(BlobSource file, Limits limits) {
    this.file = file;
    this.limits = limits;
  }

  /** What a member is. */
  enum Type {
    FILE,
    SYMLINK,
    HARDLINK,
    DIRECTORY,
    OTHER;

    boolean isLink() {
      return this == SYMLINK || this == HARDLINK;
    }
  }

  /**
   * One member.
   *
   * @param pos of its data in the archive
   * @param target of a link, as written
   */
  record Member(Type type, long pos, long size, String target) {}

  /**
   * Scans the archive.
   *
   * @return the members by normalised name
   * @throws OcifsException {@code INVALID_IMAGE} when it is no tar, is cut off, or has a name that
   *     leads out of it; {@code UNSUPPORTED} for sparse members; {@code LIMIT}
   */
  static Map<String, Member> scan(BlobSource file, Limits limits) throws IOException {
    TarScan scan = new TarScan(file, limits);
    scan.run();
    return scan.members;
  }

  private void run() throws IOException {
    byte[] block = new byte[TarHeader.BLOCK_BYTES];
    long pos = 0;
    while (pos < file.size()) {
      if (file.size() - pos < block.length) {
        throw TarHeader.invalid("it ends within a header");
      }
      file.readFully(pos, block, 0, block.length);
      if (TarHeader.isZero(block)) {
        return;
      }
      if (!TarHeader.isHeader(block)) {
        throw TarHeader.invalid("there is no header at byte " + pos);
      }
      pos = next(TarHeader.parse(block), pos + block.length);
    }
  }

  /** Takes one header; returns the position of the one that follows. */
  private long next(TarHeader header, long data) throws IOException {
    long size = header.size();
    switch (header.type()) {
      case 'L' -> longName = extensionText(header, data);
      case 'K' -> longLink = extensionText(header, data);
      case 'x', 'X' -> readPax(extension(header, data));
      case 'g' -> {}
      case 'S' -> throw sparse(header.name());
      default -> size = add(header, data);
    }
    if (size > file.size() - data) {
      throw TarHeader.invalid("it ends within member '" + header.name() + "'");
    }
    long padding = -size & (TarHeader.BLOCK_BYTES - 1);
    return data + size + Math.min(padding, file.size() - data - size);
  }

  /** Records a member; returns how many bytes of data it has. */
  private long add(TarHeader header, long data) throws OcifsException {
    String name = MemberPath.normalise(longName == null ? header.name() : longName);
    String target = longLink == null ? header.linkName() : longLink;
    long size = longSize == null ? header.size() : longSize;
    longName = null;
    longLink = null;
    longSize = null;
    Type type =
        switch (header.type()) {
          case '0', '\0', '7' -> Type.FILE;
          case '1' -> Type.HARDLINK;
          case '2' -> Type.SYMLINK;
          case '5' -> Type.DIRECTORY;
          default -> Type.OTHER;
        };
    boolean bare = type != Type.FILE && header.type() >= '1' && header.type() <= '6';
    if (bare) {
      size = 0; // links, directories and devices have no data, whatever they say
    }
    nameBytes += name.length() + (long) target.length();
    if (members.size() >= MAX_MEMBERS || nameBytes > MAX_NAME_BYTES) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT,
              "the archive has more than "
                  + MAX_MEMBERS
                  + " members, or more than "
                  + MAX_NAME_BYTES
                  + " bytes of names")
          .hint("an image archive has some ten members; this looks like a root file system");
    }
    members.put(name, new Member(type, data, size, target));
    return size;
  }

  private String extensionText(TarHeader header, long data) throws IOException {
    byte[] bytes = extension(header, data);
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, UTF_8);
  }

  private byte[] extension(TarHeader header, long data) throws IOException {
    if (header.size() > limits.maxPaxBytes()) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT,
              "the archive has an extension header of "
                  + header.size()
                  + " bytes, more than the limit of "
                  + limits.maxPaxBytes())
          .rule(22);
    }
    if (header.size() > file.size() - data) {
      throw TarHeader.invalid("it ends within an extension header");
    }
    byte[] bytes = new byte[(int) header.size()];
    file.readFully(data, bytes, 0, bytes.length);
    return bytes;
  }

  /** Records are {@code LENGTH KEY=VALUE\n}; the length counts itself. */
  private void readPax(byte[] records) throws OcifsException {
    int pos = 0;
    while (pos < records.length) {
      int space = pos;
      while (space < records.length && records[space] >= '0' && records[space] <= '9') {
        space++;
      }
      int digits = space - pos;
      if (digits == 0 || digits > 8 || space == records.length || records[space] != ' ') {
        throw TarHeader.invalid("a PAX record has no length");
      }
      int end = pos + Integer.parseInt(new String(records, pos, digits, US_ASCII));
      int equals = space + 1;
      while (equals < records.length && records[equals] != '=') {
        equals++;
      }
      if (end > records.length || equals >= end || records[end - 1] != '\n') {
        throw TarHeader.invalid("a PAX record is malformed");
      }
      pax(
          new String(records, space + 1, equals - space - 1, UTF_8),
          new String(records, equals + 1, end - equals - 2, UTF_8));
      pos = end;
    }
  }

  private void pax(String key, String value) throws OcifsException {
    switch (key) {
      case "path" -> longName = value;
      case "linkpath" -> longLink = value;
      case "size" -> {
        if (!value.matches("[0-9]{1,18}")) {
          throw TarHeader.invalid("the PAX size '" + value + "' is no number");
        }
        longSize = Long.parseLong(value);
      }
      default -> {
        if (key.startsWith("GNU.sparse.")) {
          throw sparse(longName == null ? "" : longName);
        }
      }
    }
  }

  private static OcifsException sparse(String name) {
    return new OcifsException(
            OcifsException.Kind.UNSUPPORTED, "members of the archive are stored as sparse files")
        .entry(name)
        .hint("write the archive again without sparse files");
  }
}
