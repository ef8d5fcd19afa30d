package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Names of images as users type them. With {@code docker://}, a name without host is one of Docker
 * Hub; without it, aliases and the registries to search decide, and Docker Hub where no file says
 * anything. Thread-safe.
 *
 * <p>Source: containers-registries.conf(5), "Short-Name Aliasing"; containers-transports(5).
 */
final class ShortNames {
  private static final String TRANSPORT = "docker://";
  private static final String DOCKER_HUB = "docker.io";

  private final RegistriesFiles files;

  ShortNames(RegistriesFiles files) {
    this.files = files;
  }

  /**
   * The images that a name may mean, in the order of trying.
   *
   * @throws OcifsException {@code USAGE} when it means none, or too many
   */
  List<RegistryName> resolve(String typed) throws OcifsException {
    if (typed.startsWith(TRANSPORT)) {
      String name = typed.substring(TRANSPORT.length());
      return List.of(full(hasHost(name) ? name : DOCKER_HUB + "/" + name));
    }
    if (hasHost(typed)) {
      return List.of(full(typed));
    }
    RegistriesConf conf = files.get();
    int end = nameEnd(typed);
    String alias = conf.aliases().get(typed.substring(0, end));
    if (alias != null) {
      return List.of(full(alias + typed.substring(end)));
    }
    List<String> hosts = conf.searchRegistries().orElse(List.of(DOCKER_HUB));
    if (hosts.isEmpty()) {
      throw new OcifsException(
              OcifsException.Kind.USAGE,
              "'" + typed + "' is no alias, and there is no registry to search")
          .hint("name the registry: HOST/" + typed);
    }
    List<RegistryName> names = new ArrayList<>();
    for (String host : hosts) {
      names.add(full(host + "/" + typed));
    }
    if (names.size() > 1 && enforces(conf)) {
      throw new OcifsException(
              OcifsException.Kind.USAGE,
              "'" + typed + "' may be " + String.join(", ", texts(names)) + " (short-name-mode)")
          .hint("name one of them in full");
    }
    return List.copyOf(names);
  }

  private static boolean enforces(RegistriesConf conf) {
    Optional<RegistriesConf.ShortNameMode> mode = conf.mode();
    return mode.isPresent() && mode.get() == RegistriesConf.ShortNameMode.ENFORCING;
  }

  private static List<String> texts(List<RegistryName> names) {
    return names.stream().map(RegistryName::toString).toList();
  }

  private static boolean hasHost(String name) {
    int slash = name.indexOf('/');
    return slash > 0 && RegistryName.isHost(name.substring(0, slash));
  }

  /** Where the tag or the digest begins. */
  private static int nameEnd(String name) {
    int at = name.indexOf('@');
    int end = at < 0 ? name.length() : at;
    int colon = name.lastIndexOf(':', end - 1);
    return colon > name.lastIndexOf('/', end - 1) ? colon : end;
  }

  /** Docker Hub keeps what has no namespace in {@code library}. */
  private static RegistryName full(String text) throws OcifsException {
    RegistryName name = RegistryName.parse(text);
    String host = name.host().equals("index.docker.io") ? DOCKER_HUB : name.host();
    String repository = name.repository();
    if (host.equals(DOCKER_HUB) && repository.indexOf('/') < 0) {
      repository = "library/" + repository;
    }
    return new RegistryName(host, repository, name.tag(), name.digest());
  }
}
