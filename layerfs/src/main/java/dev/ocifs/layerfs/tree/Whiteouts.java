package dev.ocifs.layerfs.tree;

import dev.ocifs.oci.OcifsException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The grammar of whiteout names.
 *
 * <p>Source: OCI image-spec v1.1, layer.md, "Whiteouts"; for the names of aufs' own files, aufs(5).
 */
final class Whiteouts {
  /** What a name says. */
  enum Kind {
    /** An ordinary name. */
    NONE,
    /** Hides the name that follows the prefix. */
    WHITEOUT,
    /** Hides all that the directory has in lower layers. */
    OPAQUE
  }

  static final int PREFIX_BYTES = 4;

  private static final byte[] PREFIX = bytes(".wh.");
  private static final byte[] OPAQUE_NAME = bytes(".wh..wh..opq");
  private static final byte[][] AUFS_NAMES = {
    bytes(".wh..wh.plnk"), bytes(".wh..wh.aufs"), bytes(".wh..wh.orph")
  };

  private Whiteouts() {}

  /**
   * Tells what the last component of a path, {@code path[from, path.length)}, says.
   *
   * @throws OcifsException {@code INVALID_IMAGE} for a whiteout of no name, of "." or of ".." (rule
   *     6)
   */
  static Kind kind(byte[] path, int from) throws OcifsException {
    if (!startsWith(path, from, PREFIX)) {
      return Kind.NONE;
    }
    if (Arrays.equals(path, from, path.length, OPAQUE_NAME, 0, OPAQUE_NAME.length)) {
      return Kind.OPAQUE;
    }
    int rest = path.length - from - PREFIX_BYTES;
    boolean dots =
        rest <= 2
            && (rest < 1 || path[from + PREFIX_BYTES] == '.')
            && (rest < 2 || path[from + PREFIX_BYTES + 1] == '.');
    if (dots) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE, "a whiteout must name what it hides")
          .rule(6);
    }
    return Kind.WHITEOUT;
  }

  /** Whether {@code path[from, to)} begins like a whiteout. */
  static boolean hasPrefix(byte[] path, int from) {
    return startsWith(path, from, PREFIX);
  }

  /** Whether a component of the path is one of aufs' own names (rule 6). */
  static boolean isAufs(byte[] path) {
    int from = 0;
    while (from < path.length) {
      int to = from;
      while (to < path.length && path[to] != '/') {
        to++;
      }
      for (byte[] name : AUFS_NAMES) {
        if (Arrays.equals(path, from, to, name, 0, name.length)) {
          return true;
        }
      }
      from = to + 1;
    }
    return false;
  }

  private static boolean startsWith(byte[] path, int from, byte[] prefix) {
    return path.length - from >= prefix.length
        && Arrays.equals(path, from, from + prefix.length, prefix, 0, prefix.length);
  }

  private static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }
}
