package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.util.Arrays;

/**
 * What paths, link targets and owners of entries may be, wherever the entries stand: in a tar, or
 * in a table of contents that somebody else has made (rules 19 to 21 of docs/semantics.md).
 */
public final class EntryRules {
  private static final int MAX_COMPONENT = 255;

  /** The longest target of a symbolic link: PATH_MAX of Linux without the NUL. */
  private static final int MAX_SYMLINK_BYTES = 4095;

  private static final long MAX_ID = 0xffff_fffeL;

  private EntryRules() {}

  /**
   * Returns the path as it lies inside the root: no slash at either end or twice in a row, no
   * {@code .}, and each {@code ..} takes away what stands before it, at the root nothing. The root
   * itself is empty.
   *
   * @param raw without NUL
   * @param what what the path is, for errors
   * @throws OcifsException {@code INVALID_IMAGE} for a component of more than 255 bytes, {@code
   *     LIMIT}
   */
  public static byte[] path(byte[] raw, Limits limits, String what) throws OcifsException {
    if (raw.length > limits.maxPathBytes()) {
      throw Malformed.limit(what + " has " + raw.length + " bytes", "--max-path-bytes");
    }
    byte[] out = new byte[raw.length];
    int length = 0;
    int depth = 0;
    int start = 0;
    while (start < raw.length) {
      int end = start;
      while (end < raw.length && raw[end] != '/') {
        end++;
      }
      int n = end - start;
      if (n > MAX_COMPONENT) {
        throw Malformed.of(
            Malformed.NAME_LENGTH, what + " has a component of " + n + " bytes, 255 is the most");
      }
      if (isParent(raw, start, n)) {
        length = parentLength(out, length);
        depth = Math.max(0, depth - 1);
      } else if (n > 0 && !(n == 1 && raw[start] == '.')) {
        if (length > 0) {
          out[length++] = '/';
        }
        System.arraycopy(raw, start, out, length, n);
        length += n;
        depth++;
      }
      start = end + 1;
    }
    if (depth > limits.maxPathDepth()) {
      throw Malformed.limit(what + " has " + depth + " components", "--max-path-depth");
    }
    return length == out.length ? out : Arrays.copyOf(out, length);
  }

  /**
   * Refuses what no kernel takes, so that no engine can unpack it, and no mount serve it.
   *
   * @return the target
   */
  public static byte[] symlinkTarget(byte[] target) throws OcifsException {
    if (target.length == 0 || target.length > MAX_SYMLINK_BYTES) {
      throw Malformed.of(
          Malformed.NAME_LENGTH,
          "the symbolic link's target has "
              + target.length
              + " bytes, not 1 to "
              + MAX_SYMLINK_BYTES);
    }
    return target;
  }

  /**
   * The owner as an unsigned number of 32 bits.
   *
   * @param what uid or gid, for errors
   */
  public static int id(long value, String what) throws OcifsException {
    if (value < 0 || value > MAX_ID) {
      throw Malformed.of(Malformed.ID_RANGE, what + " " + value + " is not in 0..4294967294");
    }
    return (int) value;
  }

  private static boolean isParent(byte[] raw, int start, int n) {
    return n == 2 && raw[start] == '.' && raw[start + 1] == '.';
  }

  private static int parentLength(byte[] path, int length) {
    int end = length;
    while (end > 0 && path[end - 1] != '/') {
      end--;
    }
    return Math.max(0, end - 1);
  }
}
