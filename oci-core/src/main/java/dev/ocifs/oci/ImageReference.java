package dev.ocifs.oci;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The name of an image as a user writes it: where it is, and which one there.
 *
 * <p>Source: the transports of containers-transports(5): {@code oci:}, {@code oci-archive:}, {@code
 * docker-archive:}.
 *
 * @param transport what kind of place the path is
 * @param path of a directory or a file that exists
 * @param ref which image: a name or tag, or {@code @} and a digest or number
 */
public record ImageReference(Transport transport, Path path, Optional<String> ref) {

  /** Kinds of places. */
  public enum Transport {
    /** An OCI image layout in a directory. */
    OCI("oci"),
    /** An OCI image layout in a tar archive. */
    OCI_ARCHIVE("oci-archive"),
    /** What {@code docker save} writes. */
    DOCKER_ARCHIVE("docker-archive"),
    /** One of the others: what the path holds tells which. */
    ANY("");

    private final String prefix;

    Transport(String prefix) {
      this.prefix = prefix;
    }
  }

  /**
   * Parses {@code TRANSPORT:PATH[:REF|@DIGEST]} or {@code PATH[:REF|@DIGEST]}. Of the ways to read
   * a text with several colons, the longest path that exists is taken.
   *
   * @throws OcifsException {@code NOT_FOUND} when there is no such path, {@code UNSUPPORTED} for
   *     other transports
   */
  public static ImageReference parse(String text) throws OcifsException {
    for (Transport transport : Transport.values()) {
      if (transport != Transport.ANY && text.startsWith(transport.prefix + ":")) {
        return split(transport, text.substring(transport.prefix.length() + 1), text);
      }
    }
    for (String other :
        new String[] {"docker://", "dir:", "docker-daemon:", "containers-storage:", "ostree:"}) {
      if (text.startsWith(other)) {
        throw new OcifsException(
                OcifsException.Kind.UNSUPPORTED, "images named by " + other + " cannot be opened")
            .rule(32)
            .image(text)
            .hint("copy it to a layout, as with: skopeo copy " + text + " oci:DIR:TAG");
      }
    }
    return split(Transport.ANY, text, text);
  }

  private static ImageReference split(Transport transport, String rest, String text)
      throws OcifsException {
    if (rest.isEmpty()) {
      throw new OcifsException(OcifsException.Kind.USAGE, "the image has no path")
          .image(text)
          .hint("write it as oci:DIR:TAG, oci-archive:FILE, docker-archive:FILE or a path");
    }
    for (int end = rest.length(); end > 0; end = separator(rest, end)) {
      Path path = path(rest.substring(0, end));
      if (path != null && Files.exists(path)) {
        return new ImageReference(transport, path, ref(rest, end));
      }
    }
    String what =
        transport == Transport.ANY
            ? "there is no such file or directory, and images of registries cannot be opened yet"
            : "there is no such " + (transport == Transport.OCI ? "directory" : "file");
    throw new OcifsException(OcifsException.Kind.NOT_FOUND, what).rule(32).image(text);
  }

  /** The last colon or at sign before {@code end}, -1 when there is none. */
  private static int separator(String rest, int end) {
    return Math.max(rest.lastIndexOf(':', end - 1), rest.lastIndexOf('@', end - 1));
  }

  private static Optional<String> ref(String rest, int end) {
    if (end == rest.length() || end == rest.length() - 1) {
      return Optional.empty();
    }
    return Optional.of(rest.charAt(end) == '@' ? rest.substring(end) : rest.substring(end + 1));
  }

  private static @org.jspecify.annotations.Nullable Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      return null;
    }
  }
}
