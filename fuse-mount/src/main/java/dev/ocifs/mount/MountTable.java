package dev.ocifs.mount;

import dev.ocifs.mount.internal.ffm.Libc;
import dev.ocifs.mount.internal.ffm.Statx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The kernel's table of mounts as this process sees it, from {@code /proc/self/mountinfo}; see
 * proc_pid_mountinfo(5).
 */
public final class MountTable {
  /** The file system type of every mount of ocifs. */
  public static final String TYPE = "fuse.ocifs";

  /** The file system type of mounts that the kernel serves alone. */
  public static final String NATIVE_TYPE = "erofs";

  /** The metadata images of a store: the source of such mounts. */
  private static final Pattern NATIVE_SOURCE = Pattern.compile(".*/ocifs/erofs/[^/]+\\.erofs");

  static final Path TABLE = Path.of("/proc/self/mountinfo");

  /**
   * One mount.
   *
   * @param dir where
   * @param type file system type with its subtype
   * @param source what, by the file system's own notion; for ocifs the image, or the file of the
   *     store that the kernel reads
   * @param options per-mount and file system options, joined by commas
   * @param device major:minor number that tells this mount's file system from all others
   */
  public record Entry(Path dir, String type, String source, String options, String device) {
    /** Whether ocifs serves or served it. */
    public boolean isOcifs() {
      return type.equals(TYPE) || isNative();
    }

    /** Whether the kernel serves it alone, for ocifs. */
    public boolean isNative() {
      return type.equals(NATIVE_TYPE) && NATIVE_SOURCE.matcher(source).matches();
    }
  }

  private MountTable() {}

  /** Reads the table, in the order of mounting: of two mounts at one directory the later hides. */
  public static List<Entry> read() throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (String line : Files.readAllLines(TABLE, StandardCharsets.ISO_8859_1)) {
      parse(line).ifPresent(entries::add);
    }
    return entries;
  }

  /** The mount that is visible at a directory, a dead one included. */
  public static Optional<Entry> at(Path dir) throws IOException {
    // As the table's lines are read: a char a byte. Only the line that is wanted is taken apart.
    String wanted =
        new String(
            resolve(dir).toString().getBytes(Libc.nameCharset()), StandardCharsets.ISO_8859_1);
    String found = null;
    for (String line : Files.readAllLines(TABLE, StandardCharsets.ISO_8859_1)) {
      if (isAt(line, wanted)) {
        found = line;
      }
    }
    return found == null ? Optional.empty() : parse(found);
  }

  /**
   * The device number of the mount that is visible at a directory, a dead one included. Asks the
   * kernel for this one where it can, as the table may have thousands of lines.
   */
  public static Optional<String> deviceAt(Path dir) throws IOException {
    Optional<Statx> found = Statx.of(dir);
    if (found.flatMap(Statx::mountRoot).isEmpty()) {
      return at(dir).map(Entry::device);
    }
    return found.filter(f -> f.mountRoot().orElse(false)).map(Statx::device);
  }

  /** Whether the fifth field of a line is this path. */
  private static boolean isAt(String line, String wanted) {
    int from = 0;
    for (int i = 0; i < 4; i++) {
      from = line.indexOf(' ', from) + 1;
    }
    int to = line.indexOf(' ', from);
    if (to < from) {
      return false;
    }
    int escape = line.indexOf('\\', from);
    boolean plain = escape < 0 || escape > to;
    return plain
        ? to - from == wanted.length() && line.startsWith(wanted, from)
        : new String(unescape(line.substring(from, to)), StandardCharsets.ISO_8859_1)
            .equals(wanted);
  }

  /**
   * The directory's path without symbolic links, as the table shows it, also when the mount there
   * is dead and answers nothing.
   */
  public static Path resolve(Path dir) {
    Path absolute = dir.toAbsolutePath().normalize();
    try {
      return absolute.toRealPath();
    } catch (IOException dead) {
      Path parent = absolute.getParent();
      Path name = absolute.getFileName();
      try {
        return parent == null || name == null ? absolute : parent.toRealPath().resolve(name);
      } catch (IOException missing) {
        return absolute;
      }
    }
  }

  /** "id parent major:minor root dir options [optional]... - type source options". */
  static Optional<Entry> parse(String line) {
    String[] f = line.split(" ", -1);
    int dash = 6;
    while (dash < f.length && !f[dash].equals("-")) {
      dash++;
    }
    if (dash + 3 >= f.length) {
      return Optional.empty();
    }
    return Optional.of(
        new Entry(
            Path.of(text(f[4])),
            text(f[dash + 1]),
            text(f[dash + 2]),
            f[5] + "," + text(f[dash + 3]),
            f[2]));
  }

  /** Undoes the octal escapes of space, tab, line feed, backslash and hash. */
  private static byte[] unescape(String field) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(field.length());
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && i + 3 < field.length() && isOctal(field, i + 1)) {
        bytes.write(Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
  }

  private static String text(String field) {
    return new String(unescape(field), Libc.nameCharset());
  }

  private static boolean isOctal(String field, int from) {
    for (int i = from; i < from + 3; i++) {
      if (field.charAt(i) < '0' || field.charAt(i) > '7') {
        return false;
      }
    }
    return true;
  }
}
