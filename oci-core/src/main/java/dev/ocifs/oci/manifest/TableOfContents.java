package dev.ocifs.oci.manifest;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The table of contents that a layer carries for those that want to read it in pieces: the JSON
 * that eStargz and zstd:chunked share. What it says is checked here for its form only.
 *
 * <p>Names in it are text, those in a tar are bytes: a writer has put U+FFFD for what is not UTF-8.
 * So a table with that character in a name tells something else than its tar, and is refused.
 *
 * <p>Source: stargz-snapshotter, docs/estargz.md, "TOC, TOCEntries and Footer"; containers/storage,
 * docs/containers-storage-zstd-chunked.md.
 */
public final class TableOfContents {
  private static final int VERSION = 1;

  /** Far above what Linux lets a file have, 64 KiB on most file systems. */
  private static final long MAX_XATTR_BYTES = 2 << 20;

  /** What one takes in memory beside its bytes, about. */
  private static final int XATTR_OVERHEAD = 64;

  private static final char REPLACEMENT = '\ufffd';

  private TableOfContents() {}

  /** Receives the entries in their order. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes an entry.
     *
     * @param entry filled anew for each call; its arrays may be kept
     */
    void entry(TocEntry entry) throws IOException;
  }

  /**
   * Reads a table.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when it has not the form of one, or what the sink
   *     throws
   */
  public static void read(byte[] json, Sink sink) throws OcifsException {
    TocEntry entry = new TocEntry();
    Set<String> taken = new HashSet<>();
    Set<String> takenOfEntry = new HashSet<>();
    long[] version = {0};
    Boolean ignored =
        StrictJson.parse(
            "the table of contents",
            json,
            document -> {
              document.object(
                  name -> {
                    switch (name) {
                      case "version" -> version[0] = document.count();
                      case "entries" ->
                          document.each(
                              () -> {
                                readEntry(document, entry, takenOfEntry);
                                sink.entry(entry);
                                return entry;
                              });
                      default -> {
                        return false;
                      }
                    }
                    return once(document, name, taken);
                  });
              if (version[0] != VERSION) {
                throw document.error("version " + version[0] + " is not known");
              }
              return true;
            });
  }

  /** Notes that a name was taken; what nobody takes may stand there as often as it likes. */
  private static boolean once(StrictJson json, String name, Set<String> taken)
      throws OcifsException {
    if (!taken.add(name)) {
      throw json.error("'" + name + "' stands twice");
    }
    return true;
  }

  private static void readEntry(StrictJson json, TocEntry entry, Set<String> taken)
      throws IOException {
    entry.clear();
    taken.clear();
    json.object(
        name -> {
          switch (name) {
            case "type" -> entry.type = json.string();
            case "name" -> entry.name = bytes(json, json.string());
            case "linkName" -> entry.linkName = bytes(json, json.string());
            case "size" -> entry.size = json.count();
            case "mode" -> entry.mode = json.count();
            case "uid" -> entry.uid = json.count();
            case "gid" -> entry.gid = json.count();
            case "modtime" -> readTime(json, entry);
            case "devMajor" -> entry.major = json.count();
            case "devMinor" -> entry.minor = json.count();
            case "xattrs" -> entry.xattrs = xattrs(json);
            case "digest" -> entry.digest = json.string();
            case "offset" -> entry.offset = json.count();
            case "endOffset" -> entry.endOffset = json.count();
            case "innerOffset" -> entry.innerOffset = json.count();
            case "chunkOffset" -> entry.chunkOffset = json.count();
            case "chunkSize" -> entry.chunkSize = json.count();
            case "chunkDigest" -> entry.chunkDigest = json.string();
            default -> {
              return false;
            }
          }
          return once(json, name, taken);
        });
  }

  private static byte[] bytes(StrictJson json, String text) throws OcifsException {
    if (text.indexOf(REPLACEMENT) >= 0) {
      throw json.error("a name that may not be that of the tar");
    }
    if (text.indexOf('\0') >= 0) {
      throw json.error("a name that holds a NUL");
    }
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw json.error("a name with half a character");
    }
  }

  private static void readTime(StrictJson json, TocEntry entry) throws IOException {
    if (json.isNull()) {
      return;
    }
    String text = json.string();
    if (text.isEmpty()) {
      return;
    }
    try {
      OffsetDateTime time = OffsetDateTime.parse(text);
      entry.mtimeSeconds = time.toEpochSecond();
      entry.mtimeNanos = time.getNano();
    } catch (DateTimeException e) {
      throw json.error("'" + text + "' is no time");
    }
  }

  private static byte[][] xattrs(StrictJson json) throws IOException {
    Map<byte[], byte[]> sorted = new TreeMap<>(Arrays::compareUnsigned);
    long[] length = {0};
    json.objectOrNull(
        name -> {
          byte[] value = value(json);
          length[0] += name.length() + value.length + XATTR_OVERHEAD;
          if (length[0] > MAX_XATTR_BYTES) {
            throw json.error("too many extended attributes");
          }
          if (sorted.put(bytes(json, name), value) != null) {
            throw json.error("an extended attribute stands twice");
          }
          return true;
        });
    byte[][] pairs = new byte[2 * sorted.size()][];
    int i = 0;
    for (Map.Entry<byte[], byte[]> xattr : sorted.entrySet()) {
      pairs[i++] = xattr.getKey();
      pairs[i++] = xattr.getValue();
    }
    return pairs;
  }

  private static byte[] value(StrictJson json) throws IOException {
    @Nullable String text = json.isNull() ? null : json.string();
    try {
      return text == null ? new byte[0] : Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw json.error("an extended attribute that is not Base64");
    }
  }
}
