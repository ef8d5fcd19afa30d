package dev.ocifs.oci.registry.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a table {@code [[registry]]} says about the images whose names begin with its prefix.
 * Immutable.
 *
 * <p>Source: containers-registries.conf(5).
 *
 * @param file that says so
 * @param prefix a host, a host and a part of a repository, with or without tag or digest, or {@code
 *     *.example.com}
 * @param location what stands for the prefix when the image is asked for; empty to leave it as it
 *     is
 * @param insecure empty where the table does not say
 */
record Registry(
    Path file,
    String prefix,
    String location,
    Optional<Boolean> insecure,
    boolean blocked,
    List<Mirror> mirrors) {

  /** Another place for the images of a {@link Registry}, asked before it. */
  record Mirror(String location, Optional<Boolean> insecure, boolean digestOnly, boolean tagOnly) {}

  Registry {
    mirrors = List.copyOf(mirrors);
  }

  /**
   * How many characters at the beginning of a name this table is about, -1 when it is not about it.
   *
   * @param name of an image, with its host, tag and digest
   */
  int match(String name) {
    int end;
    if (prefix.startsWith("*.")) {
      int host = hostEnd(name);
      String suffix = prefix.substring(1);
      int port = name.lastIndexOf(':', host - 1);
      int hostOnly = port > name.lastIndexOf(']', host - 1) ? port : host;
      end = name.substring(0, hostOnly).endsWith(suffix) ? hostOnly : -1;
    } else {
      end = name.startsWith(prefix) ? prefix.length() : -1;
    }
    if (end < 0 || end == name.length()) {
      return end;
    }
    char next = name.charAt(end);
    boolean wildcard = prefix.startsWith("*.");
    // A host without port is not about the same host with one; a wildcard is about all its ports.
    boolean ends =
        next == '/' || next == '@' || (next == ':' && (wildcard || prefix.indexOf('/') > 0));
    return ends ? end : -1;
  }

  private static int hostEnd(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? name.length() : slash;
  }
}
