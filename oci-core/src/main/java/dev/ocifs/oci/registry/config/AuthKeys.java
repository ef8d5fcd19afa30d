package dev.ocifs.oci.registry.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How files of credentials call registries: by host, by host and a part of the repository, or by an
 * address as docker wrote them once, {@code https://index.docker.io/v1/}.
 *
 * <p>Source: containers-auth.json(5); docker's own files for addresses.
 */
final class AuthKeys {
  private static final String DOCKER_HUB = "docker.io";

  /** Under which name docker and its helpers keep the credentials of Docker Hub. */
  static final String DOCKER_HUB_ADDRESS = "https://index.docker.io/v1/";

  private static final Set<String> DOCKER_HUB_HOSTS =
      Set.of(DOCKER_HUB, "index.docker.io", "registry-1.docker.io");

  private AuthKeys() {}

  /** The one name of a host that has several. */
  static String host(String host) {
    return DOCKER_HUB_HOSTS.contains(host) ? DOCKER_HUB : host;
  }

  /** The key in the form of {@link #candidates}: without scheme, version of the API and slash. */
  static String normalise(String key) {
    int scheme = key.indexOf("://");
    if (scheme >= 0) {
      String rest = key.substring(scheme + "://".length());
      int slash = rest.indexOf('/');
      return host(slash < 0 ? rest : rest.substring(0, slash));
    }
    String rest = key.endsWith("/") ? key.substring(0, key.length() - 1) : key;
    int slash = rest.indexOf('/');
    if (slash < 0) {
      return host(rest);
    }
    String host = rest.substring(0, slash);
    String path = rest.substring(slash + 1);
    boolean hub = !host.equals(DOCKER_HUB) && DOCKER_HUB_HOSTS.contains(host);
    boolean api = (hub || key.endsWith("/")) && (path.equals("v1") || path.equals("v2"));
    return api ? host(host) : host(host) + "/" + path;
  }

  /** The keys that a repository's credentials may have, the most specific first. */
  static List<String> candidates(String host, String repository) {
    List<String> keys = new ArrayList<>();
    String key = host(host) + "/" + repository;
    for (int end = key.length(); end > 0; end = key.lastIndexOf('/', end - 1)) {
      keys.add(key.substring(0, end));
    }
    return keys;
  }

  /** What a helper may know the host as, in the order of asking. */
  static List<String> helperNames(String host) {
    return host(host).equals(DOCKER_HUB) ? List.of(DOCKER_HUB_ADDRESS, DOCKER_HUB) : List.of(host);
  }
}
