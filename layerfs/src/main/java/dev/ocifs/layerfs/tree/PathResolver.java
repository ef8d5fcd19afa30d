package dev.ocifs.layerfs.tree;

import dev.ocifs.oci.OcifsException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Finds directories of a tree by path, inside the root: symbolic links are followed as in a chroot,
 * {@code ..} ends at the root (rules 10 and 14). Not thread-safe.
 */
final class PathResolver {
  /** As many links as the kernel follows (MAXSYMLINKS, include/linux/namei.h). */
  static final int MAX_LINKS = 40;

  private static final int MAX_NAME_BYTES = 255;

  /** Chooses which inode a name in a directory stands for. */
  @FunctionalInterface
  interface Lookup {
    int inode(int directory, byte[] path, int from, int to);
  }

  /** What is left of a path or of a link's target. */
  private static final class Rest {
    final byte[] path;
    final int end;
    int pos;

    Rest(byte[] path, int end) {
      this.path = path;
      this.end = end;
    }
  }

  private final MergedTree tree;
  private final Deque<Rest> rests = new ArrayDeque<>();
  private int lowestFollowed;
  private boolean replaced;

  PathResolver(MergedTree tree) {
    this.tree = tree;
  }

  /**
   * The directory that {@code path[0, end)} names.
   *
   * @return its inode; 0 when there is none
   */
  int find(int root, byte[] path, int end, Lookup lookup) {
    try {
      return walk(root, path, end, lookup, false);
    } catch (OcifsException e) {
      return 0;
    }
  }

  /**
   * The directory that {@code path[0, end)} names; what is missing of it is made, what is neither
   * directory nor link gives way (rules 9, 10).
   *
   * @throws OcifsException {@code INVALID_IMAGE} when links go round in a loop
   */
  int make(int root, byte[] path, int end) throws OcifsException {
    return walk(root, path, end, tree::child, true);
  }

  /**
   * The oldest symbolic link that the last walk followed, {@link Integer#MAX_VALUE} when it
   * followed none.
   */
  int lowestFollowed() {
    return lowestFollowed;
  }

  /** Whether the last walk put a directory where something else was. */
  boolean replaced() {
    return replaced;
  }

  private int walk(int root, byte[] path, int end, Lookup lookup, boolean make)
      throws OcifsException {
    rests.clear();
    lowestFollowed = Integer.MAX_VALUE;
    replaced = false;
    rests.push(new Rest(path, end));
    int current = root;
    int linksLeft = MAX_LINKS;
    while (!rests.isEmpty()) {
      Rest rest = rests.peek();
      int from = rest.pos;
      while (from < rest.end && rest.path[from] == '/') {
        from++;
      }
      int to = from;
      while (to < rest.end && rest.path[to] != '/') {
        to++;
      }
      rest.pos = to;
      if (from == to) {
        rests.pop();
        continue;
      }
      if (isDots(rest.path, from, to, 1)) {
        continue;
      }
      if (isDots(rest.path, from, to, 2)) {
        current = current == root ? root : tree.inodes.home[current];
        continue;
      }
      int inode = lookup.inode(current, rest.path, from, to);
      if (inode != 0 && tree.inodes.isSymlink(inode)) {
        if (linksLeft-- == 0) {
          throw new OcifsException(
                  OcifsException.Kind.INVALID_IMAGE,
                  "its path goes through more than "
                      + MAX_LINKS
                      + " symbolic links, or round in a loop")
              .rule(10);
        }
        lowestFollowed = Math.min(lowestFollowed, inode);
        byte[] target = tree.target(inode);
        if (target.length > 0 && target[0] == '/') {
          current = root;
        }
        rests.push(new Rest(target, target.length));
      } else if (inode != 0 && tree.inodes.isDirectory(inode)) {
        current = inode;
      } else if (make) {
        replaced |= inode != 0;
        current = makeDirectory(current, rest.path, from, to);
      } else {
        return 0;
      }
    }
    return current;
  }

  private int makeDirectory(int parent, byte[] path, int from, int to) throws OcifsException {
    if (to - from > MAX_NAME_BYTES) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              "a path component has " + (to - from) + " bytes, more than " + MAX_NAME_BYTES)
          .rule(20);
    }
    int link = tree.links.make(parent, tree.strings.intern(path, from, to), tree.inodes);
    int inode = tree.newDirectory(parent);
    tree.links.inode[link] = inode;
    return inode;
  }

  /** Where the last component of a path begins. */
  static int nameStart(byte[] path) {
    int i = path.length;
    while (i > 0 && path[i - 1] != '/') {
      i--;
    }
    return i;
  }

  private static boolean isDots(byte[] path, int from, int to, int dots) {
    if (to - from != dots) {
      return false;
    }
    return path[from] == '.' && path[to - 1] == '.';
  }
}
