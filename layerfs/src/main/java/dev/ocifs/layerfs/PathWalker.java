package dev.ocifs.layerfs;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Finds inodes by path, as a process would whose root directory is the image's: symbolic links are
 * followed inside the image, {@code ..} ends at its root, and neither ever leads to the host.
 * Thread-safe.
 *
 * <p>Source: path_resolution(7).
 */
public final class PathWalker {
  /** As many links as the kernel follows (MAXSYMLINKS, include/linux/namei.h). */
  private static final int MAX_LINKS = 40;

  private PathWalker() {}

  /**
   * The inode that a path names.
   *
   * @param path relative to the root, with or without a leading slash; a trailing slash, {@code /.}
   *     or {@code /..} asks for a directory
   * @param followLast whether a symbolic link in the last place is followed
   * @throws OcifsException {@code NOT_FOUND} when there is no such entry, something on the way is
   *     no directory, or more than 40 links have to be followed (ELOOP)
   */
  public static long resolve(ImageView view, byte[] path, boolean followLast) throws IOException {
    Deque<Components> rest = new ArrayDeque<>();
    rest.push(new Components(path));
    Attributes attributes = new Attributes();
    long current = ImageView.ROOT;
    int linksLeft = MAX_LINKS;
    while (!rest.isEmpty()) {
      byte[] name = rest.peek().next();
      if (name == null) {
        rest.pop();
        continue;
      }
      view.attributes(current, attributes);
      if (!attributes.isDirectory()) {
        throw notFound(path, "something on its way is not a directory");
      }
      if (name.length == 0 || isDots(name, 1)) {
        continue; // what stands before it had to be a directory, no more
      }
      if (isDots(name, 2)) {
        current = view.parent(current);
        continue;
      }
      long inode = view.lookup(current, name);
      if (inode == 0) {
        throw notFound(path, "no such file or directory");
      }
      view.attributes(inode, attributes);
      if (!attributes.isSymlink() || (!followLast && isLast(rest))) {
        current = inode;
        continue;
      }
      if (linksLeft-- == 0) {
        throw notFound(path, "too many levels of symbolic links (ELOOP)");
      }
      byte[] target = view.readlink(inode);
      if (target.length > 0 && target[0] == '/') {
        current = ImageView.ROOT;
      }
      rest.push(new Components(target));
    }
    return current;
  }

  private static boolean isLast(Deque<Components> rest) {
    return rest.stream().allMatch(Components::atEnd);
  }

  private static boolean isDots(byte[] name, int dots) {
    return name.length == dots && name[0] == '.' && name[dots - 1] == '.';
  }

  private static OcifsException notFound(byte[] path, String why) {
    return new OcifsException(
            OcifsException.Kind.NOT_FOUND, new String(path, StandardCharsets.UTF_8) + ": " + why)
        .hint("see what there is with ocifs ls");
  }

  /** The components of a path, one after the other; a trailing slash gives an empty last one. */
  private static final class Components {
    private final byte[] path;
    private int pos;

    Components(byte[] path) {
      this.path = path;
      skipSlashes();
    }

    byte @org.jspecify.annotations.Nullable [] next() {
      if (atEnd()) {
        return null;
      }
      if (pos == path.length) {
        pos++;
        return new byte[0];
      }
      int from = pos;
      while (pos < path.length && path[pos] != '/') {
        pos++;
      }
      byte[] name = Arrays.copyOfRange(path, from, pos);
      if (pos < path.length) {
        skipSlashes();
      } else {
        pos++; // past the end: no slash at the end
      }
      return name;
    }

    boolean atEnd() {
      return pos > path.length || (pos == path.length && (pos == 0 || path[pos - 1] != '/'));
    }

    private void skipSlashes() {
      while (pos < path.length && path[pos] == '/') {
        pos++;
      }
    }
  }
}
