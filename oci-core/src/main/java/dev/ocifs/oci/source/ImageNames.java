package dev.ocifs.oci.source;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.ImageConfig;
import java.util.List;
import java.util.stream.Collectors;

/** What the sources have in common about names. */
final class ImageNames {
  private static final int LISTED = 20;

  private ImageNames() {}

  /** Advice that lists what a source holds. */
  static String hint(List<ImageName> names) {
    if (names.isEmpty()) {
      return "it holds no image";
    }
    String listed =
        names.stream().limit(LISTED).map(ImageName::toString).collect(Collectors.joining("; "));
    String more = names.size() > LISTED ? "; and " + (names.size() - LISTED) + " more" : "";
    return "it holds: " + listed + more;
  }

  /** Whether two names of images mean the same, once both are written out. */
  static boolean same(String a, String b) {
    return full(a).equals(full(b));
  }

  /** The name with registry, namespace and tag, as Docker completes it. */
  private static String full(String name) {
    String rest = name;
    int slash = rest.indexOf('/');
    String first = slash < 0 ? "" : rest.substring(0, slash);
    boolean registry = first.contains(".") || first.contains(":") || first.equals("localhost");
    if (!registry) {
      rest = "docker.io/" + (slash < 0 ? "library/" : "") + rest;
    }
    boolean tagged = rest.lastIndexOf(':') > rest.lastIndexOf('/');
    return tagged || rest.contains("@") ? rest : rest + ":latest";
  }

  /** The config has to promise a diffID for each layer (rule 29). */
  static void checkLayerCount(int layers, ImageConfig config) throws OcifsException {
    if (layers != config.diffIds().size()) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              "the manifest has "
                  + layers
                  + " layers, the config "
                  + config.diffIds().size()
                  + " diffIDs")
          .rule(29);
    }
  }
}
