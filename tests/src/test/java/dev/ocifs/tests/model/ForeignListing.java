package dev.ocifs.tests.model;

import static dev.ocifs.tests.image.ByteText.utf8;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A listing that another engine's tree gave, as JSON of path → attributes, in which some are left
 * open: where it has no time the time does not matter.
 */
public final class ForeignListing {
  private static final BigInteger BILLION = BigInteger.valueOf(1_000_000_000);

  private final Map<String, Line> lines = new TreeMap<>();
  private final Set<String> timeless = new HashSet<>();

  /**
   * Reads a listing.
   *
   * @param paths values have keys t, mode, uid, gid, and mtime, size, sha256, link, dev, nlink,
   *     group, x where they apply
   */
  public ForeignListing(Map<String, Object> paths) {
    paths.forEach((path, value) -> add(text(path), JsonValues.object(value), paths));
  }

  private void add(String path, Map<String, Object> value, Map<String, Object> paths) {
    LineBuilder line =
        new LineBuilder(text(value, "t").charAt(0))
            .mode(Integer.parseInt(text(value, "mode").substring(2), 8))
            .owner(number(value, "uid").longValue(), number(value, "gid").longValue());
    BigInteger[] time = number(value, "mtime").divideAndRemainder(BILLION);
    boolean borrow = time[1].signum() < 0;
    line.mtime(
        time[0].longValueExact() - (borrow ? 1 : 0),
        time[1].intValue() + (borrow ? BILLION.intValue() : 0));
    if (!value.containsKey("mtime")) {
      timeless.add(path);
    }
    switch (text(value, "t")) {
      case "d" -> line.nlink(2 + subdirectories(path, paths));
      case "f" ->
          line.content(
              number(value, "size").longValue(), HexFormat.of().parseHex(text(value, "sha256")));
      case "l" -> line.link(text(text(value, "link")));
      case "c", "b" -> {
        String[] device = text(value, "dev").split(":", -1);
        line.device(Integer.parseInt(device[0]), Integer.parseInt(device[1]));
      }
      default -> {}
    }
    if (value.containsKey("nlink")) {
      line.nlink(number(value, "nlink").intValue()).group(String.valueOf(value.get("group")));
    }
    if (value.containsKey("x")) {
      JsonValues.object(value.get("x"))
          .forEach(
              (name, hex) -> line.xattr(text(name), HexFormat.of().parseHex(String.valueOf(hex))));
    }
    lines.put(path, line.build());
  }

  private static int subdirectories(String path, Map<String, Object> paths) {
    int count = 0;
    for (Map.Entry<String, Object> other : paths.entrySet()) {
      String name = text(other.getKey());
      int slash = name.lastIndexOf('/');
      String parent = name.equals(".") ? "" : slash < 0 ? "." : name.substring(0, slash);
      if (parent.equals(path) && "d".equals(JsonValues.object(other.getValue()).get("t"))) {
        count++;
      }
    }
    return count;
  }

  private static BigInteger number(Map<String, Object> value, String key) {
    return value.get(key) instanceof BigInteger number ? number : BigInteger.ZERO;
  }

  private static String text(Map<String, Object> value, String key) {
    @Nullable Object text = value.get(key);
    return text == null ? "" : String.valueOf(text);
  }

  /**
   * The byte string of a text in which Python wrote bytes that are not UTF-8 as U+DC80 to U+DCFF.
   */
  private static String text(String python) {
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < python.length(); i++) {
      char c = python.charAt(i);
      if (c >= 0xdc80
          && c <= 0xdcff
          && !(i > 0 && Character.isHighSurrogate(python.charAt(i - 1)))) {
        bytes.append((char) (c & 0xff));
      } else {
        int point = python.codePointAt(i);
        bytes.append(utf8(Character.toString(point)));
        i += Character.charCount(point) - 1;
      }
    }
    return bytes.toString();
  }

  /** How a listing differs from this one, in what this one says. */
  public List<String> differences(TreeListing listing, Set<String> ignored) {
    Map<String, Line> due = new TreeMap<>(lines);
    Map<String, Line> is = new TreeMap<>(listing.lines());
    for (String path : timeless) {
      is.computeIfPresent(path, (p, line) -> new LineBuilder(line).mtime(0, 0).build());
    }
    List<Map<String, Line>> both = new ArrayList<>(List.of(due, is));
    for (Map<String, Line> side : both) {
      if (ignored.contains("root")) {
        side.remove(".");
      }
      if (ignored.contains("x")) {
        side.replaceAll((path, line) -> new LineBuilder(line).withoutXattrs().build());
      }
    }
    return new TreeListing(is).differences(new TreeListing(due));
  }
}
