package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.util.Arrays;

/** Paths made plain: relative to the root, which they cannot leave (rules 20 and 21). */
final class TarPaths {
  private static final int MAX_NAME_BYTES = 255;

  private TarPaths() {}

  /**
   * The path without empty components, '.', '..' and outer slashes; '..' takes the component before
   * away, at the root nothing.
   *
   * @throws OcifsException when a component has more than 255 bytes, or the path is beyond the
   *     limits
   */
  static byte[] normalise(byte[] raw, Limits limits) throws OcifsException {
    if (raw.length > limits.maxPathBytes()) {
      throw limit(
          "its path has " + raw.length + " bytes, more than " + limits.maxPathBytes(),
          "--max-path-bytes");
    }
    byte[] out = new byte[raw.length];
    int length = 0;
    int depth = 0;
    int from = 0;
    while (from < raw.length) {
      int to = from;
      while (to < raw.length && raw[to] != '/') {
        to++;
      }
      int size = to - from;
      boolean dot = size > 0 && size <= 2 && raw[from] == '.' && raw[to - 1] == '.';
      if (dot && size == 2) {
        while (length > 0 && out[length - 1] != '/') {
          length--;
        }
        length = Math.max(0, length - 1);
        depth = Math.max(0, depth - 1);
      } else if (size > 0 && !dot) {
        if (size > MAX_NAME_BYTES) {
          throw new OcifsException(
                  OcifsException.Kind.INVALID_IMAGE,
                  "a component of its path has " + size + " bytes, more than " + MAX_NAME_BYTES)
              .rule(20);
        }
        if (length > 0) {
          out[length++] = '/';
        }
        System.arraycopy(raw, from, out, length, size);
        length += size;
        if (++depth > limits.maxPathDepth()) {
          throw limit(
              "its path has more than " + limits.maxPathDepth() + " components",
              "--max-path-depth");
        }
      }
      from = to + 1;
    }
    return length == raw.length ? raw : Arrays.copyOf(out, length);
  }

  private static OcifsException limit(String what, String option) {
    return new OcifsException(OcifsException.Kind.LIMIT, what)
        .hint("if you trust the image, raise " + option);
  }
}
