package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.OcifsException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The records of extended headers: keys are text, values are bytes.
 *
 * <p>Of two records with one key the later counts, also from two headers before one entry. Not
 * thread-safe.
 *
 * <p>Source: POSIX pax, "pax Extended Header"; GNU tar manual, "Storing Sparse Files", for {@code
 * GNU.sparse}.
 */
final class PaxRecords {
  private static final String XATTR = "SCHILY.xattr.";
  private static final int MAX_LENGTH_DIGITS = 20;

  private final Map<String, byte[]> values = new HashMap<>();
  private final TreeMap<byte[], byte[]> xattrs = new TreeMap<>(Arrays::compareUnsigned);

  /** Offsets and lengths of PAX sparse 0.0, which repeats its two keys. */
  private final List<Long> sparseRuns = new ArrayList<>();

  boolean isEmpty() {
    return values.isEmpty() && xattrs.isEmpty() && sparseRuns.isEmpty();
  }

  void clear() {
    values.clear();
    xattrs.clear();
    sparseRuns.clear();
  }

  /**
   * Adds the records of a header.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when a record is malformed (rule 22)
   */
  void parse(byte[] data) throws OcifsException {
    int at = 0;
    while (at < data.length) {
      int space = at;
      long length = 0;
      while (space < data.length && data[space] >= '0' && data[space] <= '9') {
        length = length * 10 + data[space++] - '0';
        if (space - at > MAX_LENGTH_DIGITS || length > data.length) {
          throw TarFields.malformed("a PAX record is longer than its header");
        }
      }
      if (space == at || space == data.length || data[space] != ' ') {
        throw TarFields.malformed("a PAX record does not begin with its length");
      }
      int end = at + (int) length;
      if (end > data.length || end <= space + 1 || data[end - 1] != '\n') {
        throw TarFields.malformed("a PAX record does not end where its length says");
      }
      int equals = space + 1;
      while (equals < end - 1 && data[equals] != '=') {
        equals++;
      }
      if (equals == end - 1 || equals == space + 1) {
        throw TarFields.malformed("a PAX record has no key");
      }
      put(data, space + 1, equals, Arrays.copyOfRange(data, equals + 1, end - 1));
      at = end;
    }
  }

  private void put(byte[] data, int from, int to, byte[] value) throws OcifsException {
    String key = new String(data, from, to - from, StandardCharsets.ISO_8859_1);
    if (key.startsWith(XATTR)) {
      byte[] name = Arrays.copyOfRange(data, from + XATTR.length(), to);
      if (name.length == 0 || contains(name, (byte) 0)) {
        throw TarFields.malformed("an extended attribute has no valid name");
      }
      xattrs.put(name, value);
    } else if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
      if ((sparseRuns.size() % 2 == 0) != key.equals("GNU.sparse.offset")) {
        throw TarFields.malformed("the records of a sparse map are out of order");
      }
      sparseRuns.add(decimal(key, value));
    } else {
      // An empty value takes back what an earlier header said.
      if (value.length == 0) {
        values.remove(key);
      } else {
        values.put(key, value);
      }
    }
  }

  /** A value as it is, null when there is none. */
  byte @Nullable [] bytes(String key) {
    return values.get(key);
  }

  /** A path or a link's target. */
  byte @Nullable [] path(String key) throws OcifsException {
    byte[] value = values.get(key);
    if (value != null && contains(value, (byte) 0)) {
      throw TarFields.malformed("PAX " + key + " has a NUL in it");
    }
    return value;
  }

  /** A whole number, not negative; {@code otherwise} when there is none. */
  long number(String key, long otherwise) throws OcifsException {
    byte[] value = values.get(key);
    return value == null ? otherwise : decimal(key, value);
  }

  List<Long> sparseRuns() {
    return sparseRuns;
  }

  /** Name, value, name, value …, sorted by name. */
  byte[][] xattrs() {
    byte[][] pairs = new byte[xattrs.size() * 2][];
    int i = 0;
    for (Map.Entry<byte[], byte[]> xattr : xattrs.entrySet()) {
      pairs[i++] = xattr.getKey();
      pairs[i++] = xattr.getValue();
    }
    return pairs;
  }

  static long decimal(String key, byte[] value) throws OcifsException {
    long number = 0;
    for (byte b : value) {
      int digit = b - '0';
      if (digit < 0 || digit > 9 || number > (Long.MAX_VALUE - digit) / 10) {
        throw TarFields.malformed("PAX " + key + " is not a number below 2^63");
      }
      number = number * 10 + digit;
    }
    if (value.length == 0) {
      throw TarFields.malformed("PAX " + key + " is empty");
    }
    return number;
  }

  /**
   * Sets the time from the record, when there is one: seconds with a fraction, rounded down to
   * nanoseconds.
   */
  void mtime(TarEntry entry) throws OcifsException {
    byte[] value = values.get("mtime");
    if (value == null) {
      return;
    }
    String text = new String(value, StandardCharsets.ISO_8859_1);
    boolean negative = text.startsWith("-");
    int dot = text.indexOf('.');
    String whole = text.substring(negative ? 1 : 0, dot < 0 ? text.length() : dot);
    String fraction = dot < 0 ? "" : text.substring(dot + 1);
    if (!isDigits(whole + fraction) || whole.isEmpty() || whole.length() > 30) {
      throw TarFields.malformed("PAX mtime is not a time: " + text);
    }
    long nanos = Long.parseLong((fraction + "000000000").substring(0, 9));
    boolean rest = fraction.length() > 9 && !fraction.substring(9).matches("0*");
    BigInteger seconds = new BigInteger(whole);
    if (negative) {
      seconds = seconds.negate();
      nanos += rest ? 1 : 0;
      if (nanos > 0) {
        long borrowed = (nanos + 999_999_999) / 1_000_000_000;
        seconds = seconds.subtract(BigInteger.valueOf(borrowed));
        nanos = borrowed * 1_000_000_000 - nanos;
      }
    }
    if (seconds.bitLength() > 63) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE, "its mtime is beyond 64 bits: " + text)
          .rule(18);
    }
    entry.mtimeSeconds = seconds.longValue();
    entry.mtimeNanos = (int) nanos;
  }

  private static boolean isDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static boolean contains(byte[] bytes, byte wanted) {
    for (byte b : bytes) {
      if (b == wanted) {
        return true;
      }
    }
    return false;
  }
}
