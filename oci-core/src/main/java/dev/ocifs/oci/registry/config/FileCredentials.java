package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.registry.Credential;
import dev.ocifs.oci.registry.Credentials;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The credentials that {@code podman login}, {@code docker login} and credential helpers keep. What
 * was found is remembered until a registry refuses it; what was not is looked for anew each time,
 * so that a login helps a process that runs already.
 *
 * <p>Source: containers-auth.json(5). A file that the user names is the only one that is read.
 */
final class FileCredentials implements Credentials {

  /** In the list of helpers: the files themselves. */
  static final String FILES = "containers-auth.json";

  private static final Duration HELPER_TIMEOUT = Duration.ofSeconds(60);

  private final Machine machine;
  private final Optional<Path> named;
  private final Helpers helpers;
  private final Map<String, Credential> found = new ConcurrentHashMap<>();

  /** The places to look in: names of helpers, and {@link #FILES}. */
  @FunctionalInterface
  interface Helpers {
    List<String> names() throws OcifsException;
  }

  /**
   * @param named the file that the user names, if any
   */
  FileCredentials(Machine machine, Optional<Path> named, Helpers helpers) {
    this.machine = machine;
    this.named = named;
    this.helpers = helpers;
  }

  @Override
  public Optional<Credential> find(String host, String repository) throws OcifsException {
    String key = AuthKeys.host(host) + "/" + repository;
    Credential known = found.get(key);
    return known != null ? Optional.of(known) : look(key, host, repository);
  }

  /** One at a time: a helper may ask its user something. */
  private synchronized Optional<Credential> look(String key, String host, String repository)
      throws OcifsException {
    Credential known = found.get(key);
    if (known != null) {
      return Optional.of(known);
    }
    for (String name : helpers.names()) {
      Optional<Credential> credential =
          name.equals(FILES) ? inFiles(host, repository) : helper(name).get(host);
      if (credential.isPresent()) {
        found.put(key, credential.get());
        return credential;
      }
    }
    return Optional.empty();
  }

  @Override
  public void refused(String host, Credential credential) {
    String prefix = AuthKeys.host(host) + "/";
    found
        .entrySet()
        .removeIf(e -> e.getKey().startsWith(prefix) && e.getValue().equals(credential));
  }

  private Optional<Credential> inFiles(String host, String repository) throws OcifsException {
    for (AuthFile file : files()) {
      Optional<Credential> credential = inFile(file, host, repository);
      if (credential.isPresent()) {
        return credential;
      }
    }
    return Optional.empty();
  }

  private Optional<Credential> inFile(AuthFile file, String host, String repository)
      throws OcifsException {
    Optional<String> own = file.helper(host);
    if (own.isPresent()) {
      return helper(own.get()).get(host);
    }
    List<String> keys = AuthKeys.candidates(host, repository);
    for (String key : keys.subList(0, keys.size() - 1)) {
      Optional<Credential> credential = file.credential(key);
      if (credential.isPresent()) {
        return credential;
      }
    }
    Optional<Credential> stored = inStore(file, host);
    return stored.isPresent() ? stored : file.credential(keys.get(keys.size() - 1));
  }

  /** A store that is not installed has nothing: podman does not know it, and works without it. */
  private Optional<Credential> inStore(AuthFile file, String host) throws OcifsException {
    Optional<String> store = file.store();
    if (store.isEmpty() || helper(store.get()).find().isEmpty()) {
      return Optional.empty();
    }
    return helper(store.get()).get(host);
  }

  private CredentialHelper helper(String name) throws OcifsException {
    return CredentialHelper.named(machine, name, HELPER_TIMEOUT);
  }

  private List<AuthFile> files() throws OcifsException {
    if (named.isPresent()) {
      return List.of(parseNamed(named.get(), "the option for the file of credentials"));
    }
    Optional<Path> variable = machine.pathVariable("REGISTRY_AUTH_FILE");
    if (variable.isPresent()) {
      return List.of(parseNamed(variable.get(), "$REGISTRY_AUTH_FILE"));
    }
    List<AuthFile> files = new ArrayList<>();
    for (Path path : paths()) {
      Optional<ConfigFile> file = ConfigFile.read(path);
      if (file.isPresent()) {
        files.add(AuthFile.parse(file.get(), false));
      }
    }
    Optional<ConfigFile> legacy = ConfigFile.read(machine.user(".dockercfg"));
    if (legacy.isPresent()) {
      files.add(AuthFile.parse(legacy.get(), true));
    }
    return files;
  }

  private static AuthFile parseNamed(Path path, String namedBy) throws OcifsException {
    return AuthFile.parse(ConfigFile.readNamed(path, namedBy), false);
  }

  private List<Path> paths() throws OcifsException {
    Optional<Path> runtime = machine.pathVariable("XDG_RUNTIME_DIR");
    Path login =
        runtime.isPresent()
            ? runtime.get().resolve("containers/auth.json")
            : machine.system("run/containers/" + Machine.uid() + "/auth.json");
    Path config = machine.pathVariable("XDG_CONFIG_HOME").orElse(machine.user(".config"));
    Path docker = machine.pathVariable("DOCKER_CONFIG").orElse(machine.user(".docker"));
    return List.of(login, config.resolve("containers/auth.json"), docker.resolve("config.json"));
  }
}
