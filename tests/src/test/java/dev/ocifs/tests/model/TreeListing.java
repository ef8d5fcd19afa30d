package dev.ocifs.tests.model;

import static dev.ocifs.tests.image.Entry.printable;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a tree holds, in one canonical form, whoever lists it: paths as byte strings, "." for the
 * root, each with all that can be seen of it. Immutable.
 */
public final class TreeListing {
  private static final int MAX_DIFFERENCES = 40;

  private final SortedMap<String, Line> lines;

  /**
   * A listing of these lines.
   *
   * @param lines in which equal groups mean the same inode, whatever they are called
   */
  public TreeListing(Map<String, Line> lines) {
    Map<String, String> first = new HashMap<>();
    SortedMap<String, Line> canonical = new TreeMap<>(lines);
    canonical.replaceAll(
        (path, line) -> {
          String group = line.group();
          return group.isEmpty()
              ? line
              : new LineBuilder(line).group(first.computeIfAbsent(group, g -> path)).build();
        });
    this.lines = Collections.unmodifiableSortedMap(canonical);
  }

  public SortedMap<String, Line> lines() {
    return lines;
  }

  /** The line of a path. */
  public Line line(String path) {
    Line line = lines.get(path);
    if (line == null) {
      throw new IllegalArgumentException("no " + printable(path) + " in\n" + this);
    }
    return line;
  }

  /** The same paths, each line changed. */
  public TreeListing map(UnaryOperator<Line> change) {
    Map<String, Line> changed = new TreeMap<>();
    lines.forEach((path, line) -> changed.put(path, change.apply(line)));
    return new TreeListing(changed);
  }

  /**
   * What a Linux mount shows of it: no security.selinux (rule 16), and {@code user.} attributes on
   * files and directories alone (xattr(7)).
   */
  public TreeListing asMounted() {
    return asViewed()
        .keepXattrs(
            (line, name) -> !name.startsWith("user.") || line.type() == 'f' || line.type() == 'd');
  }

  /** What a view shows of it: no security.selinux (rule 16). */
  public TreeListing asViewed() {
    return keepXattrs((line, name) -> !name.equals("security.selinux"));
  }

  private TreeListing keepXattrs(BiPredicate<Line, String> keep) {
    return map(
        line -> {
          LineBuilder builder = new LineBuilder(line).withoutXattrs();
          line.xattrs()
              .forEach(
                  (name, value) -> {
                    if (keep.test(line, name)) {
                      builder.xattr(name, HexFormat.of().parseHex(value));
                    }
                  });
          return builder.build();
        });
  }

  /** The differences, one line each for the eye; empty when the listings are equal. */
  public List<String> differences(TreeListing expected) {
    List<String> differences = new ArrayList<>();
    TreeSet<String> paths = new TreeSet<>(lines.keySet());
    paths.addAll(expected.lines.keySet());
    for (String path : paths) {
      @Nullable Line is = lines.get(path);
      @Nullable Line due = expected.lines.get(path);
      if (differences.size() == MAX_DIFFERENCES) {
        return differences;
      }
      if (is == null) {
        differences.add(printable(path) + ": missing: " + due);
      } else if (due == null) {
        differences.add(printable(path) + ": not expected: " + is);
      } else if (!is.equals(due)) {
        differences.add(printable(path) + ":\n    is  " + is + "\n    due " + due);
      }
    }
    return differences;
  }

  /** A digest that listings of content are made with. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    lines.forEach(
        (path, line) -> out.append(printable(path)).append(": ").append(line).append('\n'));
    return out.toString();
  }
}
