package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.util.Arrays;

/** Brings the paths of entries into the one form that the rest of ocifs knows. */
final class TarPaths {
  private static final int MAX_COMPONENT = 255;

  private TarPaths() {}

  /**
   * Returns the path as it lies inside the root: no slash at either end or twice in a row, no
   * {@code .}, and each {@code ..} takes away what stands before it, at the root nothing. The root
   * itself is empty.
   *
   * @param what what the path is, for errors
   */
  static byte[] normalise(byte[] raw, Limits limits, String what) throws OcifsException {
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
