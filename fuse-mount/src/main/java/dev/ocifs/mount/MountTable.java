package dev.ocifs.mount;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is mounted, as the kernel lists it. Immutable.
 *
 * <p>Source: proc_pid_mountinfo(5).
 *
 * @param entries in the order of mounting
 */
public record MountTable(List<Entry> entries) {
  private static final Path FILE = Path.of("/proc/self/mountinfo");

  /**
   * A mount.
   *
   * @param dir where it is
   * @param type of the file system, {@code fuse.ocifs} for ours
   * @param source what is mounted there
   */
  public record Entry(Path dir, String type, String source, String options) {
    /** Whether ocifs serves it. */
    public boolean isOcifs() {
      return type.equals("fuse.ocifs");
    }
  }

  /** Reads the table of this process. */
  public static MountTable read() throws IOException {
    return parse(new String(Files.readAllBytes(FILE), StandardCharsets.UTF_8));
  }

  static MountTable parse(String text) {
    List<Entry> entries = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] fields = line.split(" ", -1);
      int dash = 6;
      while (dash < fields.length && !fields[dash].equals("-")) {
        dash++;
      }
      if (dash + 2 < fields.length) {
        entries.add(
            new Entry(
                Path.of(unescape(fields[4])),
                fields[dash + 1],
                unescape(fields[dash + 2]),
                fields[5]));
      }
    }
    return new MountTable(List.copyOf(entries));
  }

  /**
   * What is mounted at a directory, the topmost when there are several. The directory need not
   * answer.
   */
  public Optional<Entry> at(Path dir) throws IOException {
    Path wanted = real(dir);
    Entry found = null;
    for (Entry entry : entries) {
      if (entry.dir.equals(wanted)) {
        found = entry;
      }
    }
    return Optional.ofNullable(found);
  }

  /**
   * The directory without symbolic links; of the last component only the name: a dead mount cannot
   * be resolved.
   */
  private static Path real(Path dir) throws IOException {
    Path absolute = dir.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null) {
      return absolute;
    }
    if (Files.isSymbolicLink(absolute)) {
      return absolute.toRealPath();
    }
    return Files.exists(parent) ? parent.toRealPath().resolve(name) : absolute;
  }

  /** Spaces, tabs, newlines and backslashes stand as three octal digits behind a backslash. */
  private static String unescape(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length() && isOctal(field, i + 1)) {
        out.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        out.append(field.charAt(i));
      }
    }
    return out.toString();
  }

  private static boolean isOctal(String field, int at) {
    return field.substring(at, at + 3).chars().allMatch(c -> c >= '0' && c <= '7');
  }
}
