package dev.ocifs.oci.registry.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The variables of an environment that say how registries are reached, and no others: what a
 * command hands to the process that works for it. Two that are equal mean the same configuration.
 * Immutable; may hold the password of a proxy, and is never printed.
 *
 * @param values by name; those that name a file or folder are absolute
 */
public record RegistryVariables(Map<String, String> values) {

  /** All that {@link RegistryConfig} looks at. */
  public static final List<String> NAMES =
      List.of(
          "REGISTRY_AUTH_FILE",
          "DOCKER_CONFIG",
          "CONTAINERS_REGISTRIES_CONF",
          "XDG_RUNTIME_DIR",
          "XDG_CONFIG_HOME",
          "XDG_CACHE_HOME",
          "HOME",
          "SSL_CERT_FILE",
          "PATH",
          "HTTP_PROXY",
          "http_proxy",
          "HTTPS_PROXY",
          "https_proxy",
          "NO_PROXY",
          "no_proxy",
          "REQUEST_METHOD");

  private static final Set<String> PATHS =
      Set.of(
          "REGISTRY_AUTH_FILE",
          "DOCKER_CONFIG",
          "CONTAINERS_REGISTRIES_CONF",
          "XDG_RUNTIME_DIR",
          "XDG_CONFIG_HOME",
          "XDG_CACHE_HOME",
          "HOME",
          "SSL_CERT_FILE");

  public RegistryVariables {
    values = Map.copyOf(values);
  }

  /**
   * Those of an environment.
   *
   * @param directory what relative paths start from
   */
  public static RegistryVariables of(Map<String, String> env, Path directory) {
    Map<String, String> values = new HashMap<>();
    for (String name : NAMES) {
      String value = env.get(name);
      if (value != null) {
        values.put(name, PATHS.contains(name) ? absolute(value, directory) : value);
      }
    }
    return new RegistryVariables(values);
  }

  private static String absolute(String path, Path directory) {
    try {
      return path.isEmpty() ? path : directory.resolve(path).toString();
    } catch (InvalidPathException e) {
      return path; // whoever opens it says what is wrong
    }
  }

  /** Another environment with these in the place of its own. */
  public Map<String, String> in(Map<String, String> env) {
    Map<String, String> all = new HashMap<>(env);
    all.keySet().removeAll(NAMES);
    all.putAll(values);
    return all;
  }

  /** Names the variables only. */
  @Override
  public String toString() {
    return "RegistryVariables" + values.keySet();
  }
}
