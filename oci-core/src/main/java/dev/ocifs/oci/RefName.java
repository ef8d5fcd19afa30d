package dev.ocifs.oci;

import java.util.Optional;

/**
 * Names of images as users shorten them: {@code busybox} is {@code
 * docker.io/library/busybox:latest}.
 *
 * <p>Source: distribution reference grammar, "familiar names".
 */
public final class RefName {
  private RefName() {}

  /** Whether two names mean the same image. */
  public static boolean same(String a, String b) {
    return a.equals(b) || normalise(a).equals(normalise(b));
  }

  /** The full name: with a registry, and with a tag unless it has a digest. */
  public static String normalise(String name) {
    int slash = name.indexOf('/');
    String first = slash < 0 ? "" : name.substring(0, slash);
    boolean hasHost = first.contains(".") || first.contains(":") || first.equals("localhost");
    String full = name;
    if (!hasHost) {
      full = slash < 0 ? "docker.io/library/" + name : "docker.io/" + name;
    } else if (first.equals("index.docker.io")) {
      full = "docker.io" + name.substring(slash);
    }
    boolean tagged = full.indexOf(':', full.lastIndexOf('/')) >= 0;
    return tagged || full.contains("@") ? full : full + ":latest";
  }

  /**
   * The digest that a REF asks for: {@code @sha256:..}, {@code sha256:..}, {@code name@sha256:..}.
   */
  public static Optional<Digest> digest(String ref) throws OcifsException {
    String text = ref.substring(ref.lastIndexOf('@') + 1);
    for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
      if (text.startsWith(algorithm.id() + ":")) {
        return Optional.of(Digest.parse(text));
      }
    }
    return Optional.empty();
  }

  /** The position that a REF asks for, {@code @0} the first. */
  public static Optional<Integer> position(String ref) {
    return ref.matches("@[0-9]{1,6}")
        ? Optional.of(Integer.parseInt(ref.substring(1)))
        : Optional.empty();
  }
}
