package dev.ocifs.layerfs.tree;

import dev.ocifs.oci.OcifsException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the hard links of one layer refer to (rule 14).
 *
 * <p>A link sees the names that stand at its place in the tar: those that a later whiteout takes
 * are remembered with the whiteout's place, and a link before it still finds them. A link whose
 * target comes later waits until the end of the layer. Not thread-safe; used for one layer.
 */
final class HardLinks {

  /** A lower name that a whiteout took. */
  private record Hidden(int inode, long position) {}

  /** A hard link whose target has not come yet. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Waiting(byte[] path, byte[] target) {}

  private final MergedTree tree;
  private final PathResolver resolver;
  private final int ordinal;
  private final Map<Integer, Hidden> hidden = new HashMap<>();
  private final Map<Integer, Waiting> waiting = new LinkedHashMap<>();

  /**
   * @param ordinal the layer's place in the image, 0 at the base
   */
  HardLinks(MergedTree tree, PathResolver resolver, int ordinal) {
    this.tree = tree;
    this.resolver = resolver;
    this.ordinal = ordinal;
  }

  /** Notes that a whiteout at {@code position} takes a name of the lower layers. */
  void hide(int link, long position) {
    int inode = tree.links.inode[link];
    if (inode != 0) {
      hidden.putIfAbsent(link, new Hidden(inode, position));
    }
  }

  /** Takes away what was noted. Not before all is: no whiteout may change what another finds. */
  void takeHidden() {
    for (int link : hidden.keySet()) {
      tree.links.inode[link] = 0;
    }
  }

  /** Whether a whiteout that stands behind {@code position} takes the name. */
  boolean isHiddenLater(int link, long position) {
    return lower(link, position) != 0;
  }

  /** Another entry sets the name: if it was a link that waits, it does so no more. */
  void replaced(int link) {
    waiting.remove(link);
  }

  /**
   * The inode that a hard link refers to; 0 when it is not there yet, and then the link waits.
   *
   * @param path the hard link's
   */
  int target(int link, byte[] path, byte[] target, long position) throws OcifsException {
    int inode = find(target, link, (dir, p, from, to) -> childBefore(dir, p, from, to, position));
    if (inode == 0) {
      inode = find(target, link, (dir, p, from, to) -> lowerBefore(dir, p, from, to, position));
    }
    if (inode == 0) {
      waiting.put(link, new Waiting(path, target));
      return 0;
    }
    return linkable(inode, target);
  }

  /** Links what waited, in as many rounds as links wait for each other. */
  void linkWaiting() throws OcifsException {
    int before = -1;
    while (!waiting.isEmpty() && waiting.size() != before) {
      before = waiting.size();
      var round = waiting.entrySet().iterator();
      while (round.hasNext()) {
        Map.Entry<Integer, Waiting> next = round.next();
        Waiting link = next.getValue();
        try {
          int target = find(link.target, next.getKey(), tree::child);
          if (target != 0) {
            tree.links.inode[next.getKey()] = linkable(target, link.target);
            round.remove();
          }
        } catch (OcifsException e) {
          throw e.entry(link.path);
        }
      }
    }
    if (!waiting.isEmpty()) {
      Waiting lost = waiting.values().iterator().next();
      throw invalid("hard link to '" + text(lost.target) + "', which is not there")
          .entry(lost.path);
    }
  }

  private int linkable(int target, byte[] name) throws OcifsException {
    if (tree.inodes.isDirectory(target)) {
      throw invalid("hard link to '" + text(name) + "', which is a directory");
    }
    return target;
  }

  /**
   * The inode that a hard link's target names, its last component not followed; 0 when there is
   * none.
   *
   * @param own the link itself, which cannot be its own target
   */
  private int find(byte[] target, int own, PathResolver.Lookup lookup) throws OcifsException {
    int root = Whiteouts.isAufs(target) ? tree.aufs : MergedTree.ROOT;
    if (target.length == 0) {
      return root;
    }
    int name = PathResolver.nameStart(target);
    int directory = resolver.find(root, target, Math.max(0, name - 1), lookup);
    if (directory == 0) {
      return 0;
    }
    int number = tree.strings.find(target, name, target.length);
    if (number >= 0 && tree.links.find(directory, number) == own) {
      throw invalid("hard link to itself");
    }
    return lookup.inode(directory, target, name, target.length);
  }

  /**
   * A child as a hard link at {@code position} sees it: whiteouts that stand later have not hidden
   * it yet.
   */
  private int childBefore(int directory, byte[] path, int from, int to, long position) {
    int number = tree.strings.find(path, from, to);
    if (number < 0) {
      return 0;
    }
    int link = tree.links.find(directory, number);
    int inode = tree.links.inode[link];
    if (inode == 0 && tree.links.setBy[link] != ordinal + 1) {
      return lower(link, position);
    }
    return inode;
  }

  /**
   * The same, but where a whiteout that stands later took a lower name, it is the lower one even if
   * this layer has made the name anew: a new directory does not have what the old one had.
   */
  private int lowerBefore(int directory, byte[] path, int from, int to, long position) {
    int number = tree.strings.find(path, from, to);
    int lower = number < 0 ? 0 : lower(tree.links.find(directory, number), position);
    return lower != 0 ? lower : childBefore(directory, path, from, to, position);
  }

  /** What a whiteout behind {@code position} took, 0 when none took anything. */
  private int lower(int link, long position) {
    Hidden lower = hidden.get(link);
    return lower != null && lower.position > position ? lower.inode : 0;
  }

  private static OcifsException invalid(String text) {
    return new OcifsException(OcifsException.Kind.INVALID_IMAGE, text).rule(14);
  }

  private static String text(byte[] name) {
    return new String(name, StandardCharsets.UTF_8);
  }
}
