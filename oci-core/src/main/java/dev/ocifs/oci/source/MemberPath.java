package dev.ocifs.oci.source;

import dev.ocifs.oci.OcifsException;
import java.util.ArrayList;
import java.util.List;

/** Names of the members of an archive: relative, normalised, and never above its root. */
final class MemberPath {
  private MemberPath() {}

  /**
   * Drops empty components and {@code .}, resolves {@code ..}.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when the name leads out of the archive
   */
  static String normalise(String name) throws OcifsException {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        if (parts.isEmpty()) {
          throw new OcifsException(
                  OcifsException.Kind.INVALID_IMAGE, "the name leads out of the archive")
              .entry(name);
        }
        parts.removeLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }

  /** What a symbolic link at {@code link} means by {@code target}. */
  static String resolve(String link, String target) throws OcifsException {
    int slash = link.lastIndexOf('/');
    boolean relative = !target.startsWith("/") && slash >= 0;
    return normalise(relative ? link.substring(0, slash + 1) + target : target);
  }
}
