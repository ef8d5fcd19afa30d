package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.OcifsException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The records of one PAX extended header, as bytes.
 *
 * <p>A record is {@code LENGTH KEY=VALUE\n}, where LENGTH counts the whole record. For a key that
 * comes twice the last record counts. Of the keys without a meaning here only the grammar is
 * checked. An empty value stands for "no record" (POSIX), but an extended attribute may be empty.
 */
final class PaxRecords {
  private static final String XATTR = "SCHILY.xattr.";
  private static final String SPARSE = "GNU.sparse.";
  private static final int MAX_DIGITS = 10;

  private final Map<String, byte[]> values = new HashMap<>();
  private final TreeMap<byte[], byte[]> xattrs = new TreeMap<>(Arrays::compareUnsigned);

  /** The offsets and lengths of sparse format 0.0, which repeats its two keys for each run. */
  private final Runs sparseRuns = new Runs();

  private long pendingOffset = -1;

  /** Parses the content of an {@code x} or {@code g} header. */
  static PaxRecords parse(byte[] body, int length) throws OcifsException {
    PaxRecords records = new PaxRecords();
    int pos = 0;
    while (pos < length) {
      pos = records.parseRecord(body, pos, length);
    }
    if (records.pendingOffset >= 0) {
      throw Malformed.grammar("PAX GNU.sparse.offset without GNU.sparse.numbytes");
    }
    return records;
  }

  private int parseRecord(byte[] body, int start, int length) throws OcifsException {
    int i = start;
    int size = 0;
    while (i < length && i - start < MAX_DIGITS - 1 && body[i] >= '0' && body[i] <= '9') {
      size = size * 10 + body[i++] - '0';
    }
    if (i == start || i == length || body[i] != ' ') {
      throw Malformed.grammar("a PAX record has no length");
    }
    if (size > length - start || size < i - start + 4) {
      throw Malformed.grammar("a PAX record has the wrong length " + size);
    }
    int end = start + size;
    if (body[end - 1] != '\n') {
      throw Malformed.grammar("a PAX record does not end where its length says");
    }
    int key = i + 1;
    int equals = key;
    while (equals < end - 1 && body[equals] != '=' && body[equals] != 0) {
      equals++;
    }
    if (equals == key || body[equals] != '=') {
      throw Malformed.grammar("a PAX record has no key");
    }
    accept(
        new String(body, key, equals - key, StandardCharsets.ISO_8859_1),
        Arrays.copyOfRange(body, equals + 1, end - 1));
    return end;
  }

  private void accept(String key, byte[] value) throws OcifsException {
    switch (key) {
      case "GNU.sparse.offset" -> {
        if (pendingOffset >= 0) {
          throw Malformed.grammar("PAX GNU.sparse.offset twice in a row");
        }
        pendingOffset = TarNumbers.unsigned(TarNumbers.decimal(value, key), key);
      }
      case "GNU.sparse.numbytes" -> {
        if (pendingOffset < 0) {
          throw Malformed.grammar("PAX GNU.sparse.numbytes without GNU.sparse.offset");
        }
        sparseRuns.add(pendingOffset, TarNumbers.decimal(value, key));
        pendingOffset = -1;
      }
      case "path", "linkpath", "GNU.sparse.name" -> {
        for (byte b : value) {
          if (b == 0) {
            throw Malformed.grammar("PAX " + key + " holds a NUL");
          }
        }
        values.put(key, value);
      }
      case "size", "uid", "gid", "mtime" -> values.put(key, value);
      default -> {
        if (key.startsWith(XATTR)) {
          if (key.length() == XATTR.length()) {
            throw Malformed.grammar("PAX SCHILY.xattr without a name");
          }
          xattrs.put(key.substring(XATTR.length()).getBytes(StandardCharsets.ISO_8859_1), value);
        } else if (key.startsWith(SPARSE)) {
          values.put(key, value);
        }
      }
    }
  }

  /** The value of a key, null when there is none or when it is empty. */
  byte @Nullable [] bytes(String key) {
    byte[] value = values.get(key);
    return value == null || value.length == 0 ? null : value;
  }

  /** The number of a key, or what stands for it without one. */
  long number(String key, long otherwise) throws OcifsException {
    byte[] value = bytes(key);
    return value == null ? otherwise : TarNumbers.decimal(value, key);
  }

  Runs sparseRuns() {
    return sparseRuns;
  }

  byte[][] xattrs() {
    if (xattrs.isEmpty()) {
      return TarEntry.NO_XATTRS;
    }
    byte[][] pairs = new byte[2 * xattrs.size()][];
    int i = 0;
    for (Map.Entry<byte[], byte[]> xattr : xattrs.entrySet()) {
      pairs[i++] = xattr.getKey();
      pairs[i++] = xattr.getValue();
    }
    return pairs;
  }
}
