package dev.ocifs.oci;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * An image in local files as the user names it: where it lies and which one of several, for example
 * {@code oci:DIR:REF}. Immutable. For images in registries see {@link #namesRegistry}.
 *
 * <p>Source: containers-transports(5) of skopeo and podman.
 *
 * @param path absolute
 * @param ref a tag, a name, {@code @sha256:...} or {@code @N} for the N-th; absent when there is to
 *     be one image only
 */
public record ImageReference(Transport transport, Path path, Optional<String> ref) {

  /** What lies at the path. */
  public enum Transport {
    /** A directory in OCI image layout. */
    OCI("oci"),
    /** A tar of an OCI image layout. */
    OCI_ARCHIVE("oci-archive"),
    /** What {@code docker save} writes. */
    DOCKER_ARCHIVE("docker-archive"),
    /** Not said: the content decides. */
    PATH("");

    private final String id;

    Transport(String id) {
      this.id = id;
    }
  }

  private static final Map<String, Transport> KNOWN =
      Map.of(
          "oci", Transport.OCI,
          "oci-archive", Transport.OCI_ARCHIVE,
          "docker-archive", Transport.DOCKER_ARCHIVE);

  private static final Map<String, String> UNSUPPORTED =
      Map.of(
          "dir", "directories in skopeo's own format",
          "docker-daemon", "images of a Docker daemon",
          "containers-storage", "images in podman's storage",
          "sif", "Singularity images");

  private static final String HINT =
      "name a local image: oci:DIR[:REF], oci-archive:FILE[:REF], docker-archive:FILE[:REF]";

  /** What the name of an image in a registry begins with where it says so. */
  private static final String REGISTRY = "docker:";

  /**
   * Whether a name means an image in a registry: it says so, or it is neither a path here nor of
   * another transport, nor does it look like a path.
   *
   * @param directory what relative paths start from
   */
  public static boolean namesRegistry(String text, Path directory) throws OcifsException {
    if (text.startsWith(REGISTRY)) {
      return true;
    }
    String scheme = text.substring(0, Math.max(0, text.indexOf(':')));
    return !text.isEmpty()
        && !KNOWN.containsKey(scheme)
        && !UNSUPPORTED.containsKey(scheme)
        && !looksLikePath(text)
        && existing(Transport.PATH, text, directory).isEmpty();
  }

  private static boolean looksLikePath(String text) {
    return text.startsWith("/") || text.startsWith("./") || text.startsWith("../");
  }

  /**
   * Parses a reference. Paths may hold colons: the longest prefix that exists is the path, and what
   * follows is the REF.
   *
   * @throws OcifsException {@code USAGE} when it names nothing, {@code UNSUPPORTED} when the
   *     transport is not supported, {@code NOT_FOUND} when a bare name is no path
   */
  public static ImageReference parse(String text) throws OcifsException {
    return parse(text, Path.of(""));
  }

  /** As {@link #parse(String)}, with relative paths taken from a directory. */
  public static ImageReference parse(String text, Path directory) throws OcifsException {
    if (text.isEmpty()) {
      throw new OcifsException(OcifsException.Kind.USAGE, "the name of the image is empty")
          .hint(HINT);
    }
    int colon = text.indexOf(':');
    String scheme = colon < 0 ? "" : text.substring(0, colon);
    Transport transport = KNOWN.get(scheme);
    if (transport != null) {
      return locate(text, transport, text.substring(colon + 1), directory);
    }
    Optional<ImageReference> path = existing(Transport.PATH, text, directory);
    if (path.isPresent()) {
      return path.get();
    }
    if (UNSUPPORTED.containsKey(scheme)) {
      throw unsupported(text, scheme).hint(HINT + "; skopeo copy makes one of any image");
    }
    if (looksLikePath(text)) {
      throw missing(text);
    }
    throw new OcifsException(
            OcifsException.Kind.NOT_FOUND,
            "'" + text + "' is no path here, and no registry can be asked")
        .rule(32)
        .hint(HINT);
  }

  /**
   * Parses the name of an image that is to be written: what lies at its path may be missing, and is
   * then taken to end at the first colon.
   *
   * @return empty when the text begins with none of the transports of local files
   * @throws OcifsException {@code USAGE} when it names no path, {@code UNSUPPORTED} when the
   *     transport is not supported
   */
  public static Optional<ImageReference> destination(String text, Path directory)
      throws OcifsException {
    int colon = text.indexOf(':');
    String scheme = text.substring(0, Math.max(0, colon));
    Transport transport = KNOWN.get(scheme);
    if (transport == null) {
      if (UNSUPPORTED.containsKey(scheme)) {
        throw unsupported(text, scheme);
      }
      return Optional.empty();
    }
    String rest = text.substring(colon + 1);
    Optional<ImageReference> found =
        rest.isEmpty() ? Optional.empty() : existing(transport, rest, directory);
    if (found.isPresent()) {
      return found;
    }
    int end = rest.indexOf(':');
    String path = end < 0 ? rest : rest.substring(0, end);
    String ref = end < 0 ? "" : rest.substring(end + 1);
    if (path.isEmpty()) {
      throw new OcifsException(OcifsException.Kind.USAGE, "'" + text + "' names no path")
          .hint(HINT);
    }
    return Optional.of(
        new ImageReference(
            transport,
            directory.resolve(path(path)).toAbsolutePath().normalize(),
            ref.isEmpty() ? Optional.empty() : Optional.of(ref)));
  }

  private static ImageReference locate(
      String text, Transport transport, String rest, Path directory) throws OcifsException {
    if (rest.isEmpty()) {
      throw new OcifsException(OcifsException.Kind.USAGE, "'" + text + "' names no path")
          .hint(HINT);
    }
    Optional<ImageReference> found = existing(transport, rest, directory);
    if (found.isPresent()) {
      return found.get();
    }
    int colon = rest.indexOf(':', rest.lastIndexOf('/') + 1);
    throw missing(colon <= 0 ? rest : rest.substring(0, colon));
  }

  /** Splits at the last separator before which there is a path that exists. */
  private static Optional<ImageReference> existing(Transport transport, String text, Path directory)
      throws OcifsException {
    for (int end = text.length(); end > 0; end--) {
      boolean whole = end == text.length();
      if (whole || text.charAt(end) == ':' || text.charAt(end) == '@') {
        Path path = directory.resolve(path(text.substring(0, end)));
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
          String rest = text.substring(end);
          String ref = rest.startsWith(":") ? rest.substring(1) : rest;
          return Optional.of(
              new ImageReference(
                  transport,
                  path.toAbsolutePath().normalize(),
                  ref.isEmpty() ? Optional.empty() : Optional.of(ref)));
        }
      }
    }
    return Optional.empty();
  }

  private static Path path(String text) throws OcifsException {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new OcifsException(OcifsException.Kind.USAGE, "'" + text + "' is no path", e);
    }
  }

  private static OcifsException unsupported(String text, String scheme) {
    return new OcifsException(
            OcifsException.Kind.UNSUPPORTED,
            "'" + text + "': " + UNSUPPORTED.get(scheme) + " are not supported yet")
        .rule(32);
  }

  private static OcifsException missing(String path) {
    return new OcifsException(OcifsException.Kind.NOT_FOUND, "no such file or directory: " + path)
        .rule(32);
  }

  /** The same place, known to hold this. */
  public ImageReference as(Transport known) {
    return new ImageReference(known, path, ref);
  }

  /** The same place and another image in it. */
  public ImageReference withRef(String other) {
    return new ImageReference(transport, path, Optional.of(other));
  }

  /** The normalised text: {@code oci:/x/y:app}; without a transport when it is not known. */
  @Override
  public String toString() {
    String prefix = transport == Transport.PATH ? "" : transport.id + ":";
    return prefix + path + ref.map(r -> ":" + r).orElse("");
  }
}
