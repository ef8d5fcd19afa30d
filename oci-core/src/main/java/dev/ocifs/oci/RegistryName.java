package dev.ocifs.oci;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An image in a registry, fully named: {@code HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]}. Immutable.
 *
 * <p>Source: distribution spec, "Pulling manifests", for the grammar of repositories and tags.
 *
 * @param host with its port where it has one, for example {@code docker.io} or {@code
 *     localhost:5000}
 * @param repository for example {@code library/debian}
 * @param tag absent only where there is a digest
 * @param digest of the manifest; where both are given, it decides
 */
public record RegistryName(
    String host, String repository, Optional<String> tag, Optional<Digest> digest) {

  private static final Pattern HOST =
      Pattern.compile(
          "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:]+])(?::[0-9]{1,5})?");
  private static final Pattern REPOSITORY =
      Pattern.compile(
          "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");
  private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

  /** Longest repository that registries take, in characters. */
  private static final int MAX_REPOSITORY = 255;

  /**
   * Parses a name that begins with a host; without tag and digest, the tag is {@code latest}.
   *
   * @throws OcifsException {@code USAGE}
   */
  public static RegistryName parse(String text) throws OcifsException {
    int slash = text.indexOf('/');
    if (slash < 0 || !isHost(text.substring(0, slash))) {
      throw bad(text, "it does not begin with the name of a registry");
    }
    String host = text.substring(0, slash);
    String rest = text.substring(slash + 1);
    Optional<Digest> digest = Optional.empty();
    int at = rest.indexOf('@');
    if (at >= 0) {
      digest = Optional.of(digest(text, rest.substring(at + 1)));
      rest = rest.substring(0, at);
    }
    Optional<String> tag = Optional.empty();
    int colon = rest.indexOf(':');
    if (colon >= 0) {
      tag = Optional.of(rest.substring(colon + 1));
      rest = rest.substring(0, colon);
    }
    if (!HOST.matcher(host).matches()) {
      throw bad(text, "'" + host + "' is no name of a host");
    }
    if (rest.length() > MAX_REPOSITORY || !REPOSITORY.matcher(rest).matches()) {
      throw bad(text, "'" + rest + "' is no name of a repository: lower case, digits, . _ - and /");
    }
    if (tag.isPresent() && !TAG.matcher(tag.get()).matches()) {
      throw bad(text, "'" + tag.get() + "' is no tag");
    }
    if (tag.isEmpty() && digest.isEmpty()) {
      tag = Optional.of("latest");
    }
    return new RegistryName(host, rest, tag, digest);
  }

  /**
   * Whether the part before the first slash names a registry and not a repository: it has a dot or
   * a port, or is {@code localhost}.
   */
  public static boolean isHost(String part) {
    return part.equals("localhost") || part.indexOf('.') >= 0 || part.indexOf(':') >= 0;
  }

  private static Digest digest(String text, String digest) throws OcifsException {
    try {
      return Digest.parse(digest);
    } catch (OcifsException e) {
      throw bad(text, "'" + digest + "' is no digest");
    }
  }

  private static OcifsException bad(String text, String why) {
    return new OcifsException(OcifsException.Kind.USAGE, "'" + text + "': " + why)
        .hint("name an image as HOST/REPOSITORY:TAG");
  }

  /** What manifests are asked for by: the digest where there is one, else the tag. */
  public String reference() {
    return digest.map(Digest::toString).orElseGet(tag::orElseThrow);
  }

  @Override
  public String toString() {
    return host
        + "/"
        + repository
        + tag.map(t -> ":" + t).orElse("")
        + digest.map(d -> "@" + d).orElse("");
  }
}
