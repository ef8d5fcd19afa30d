package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds and merges the files {@code registries.conf}: the one of the user, else that of the system,
 * and the folders of drop-ins. Read once, when something asks. Thread-safe.
 *
 * <p>Source: containers-registries.conf(5), containers-registries.conf.d(5).
 */
final class RegistriesFiles {
  private static final String CONF = "containers/registries.conf";
  private static final String ALIASES = "containers/short-name-aliases.conf";

  private final Machine machine;
  private @Nullable RegistriesConf merged;

  RegistriesFiles(Machine machine) {
    this.machine = machine;
  }

  /**
   * What the files say together.
   *
   * @throws OcifsException {@code USAGE} or {@code IO}, naming the file
   */
  synchronized RegistriesConf get() throws OcifsException {
    RegistriesConf conf = merged;
    if (conf == null) {
      conf = RegistriesConf.EMPTY;
      for (ConfigFile file : files()) {
        conf = conf.with(RegistriesToml.parse(file));
      }
      merged = conf;
    }
    return conf;
  }

  /** In the order of reading: a later one overrides. */
  private List<ConfigFile> files() throws OcifsException {
    List<ConfigFile> files = new ArrayList<>();
    Path user = machine.user(".config/" + CONF);
    Path system = machine.system("etc/" + CONF);
    Optional<Path> named = machine.pathVariable("CONTAINERS_REGISTRIES_CONF");
    Optional<ConfigFile> own = named.isPresent() ? Optional.empty() : ConfigFile.read(user);
    if (named.isPresent()) {
      files.add(ConfigFile.readNamed(named.get(), "$CONTAINERS_REGISTRIES_CONF"));
    } else if (own.isPresent()) {
      files.add(own.get());
    } else {
      ConfigFile.read(system).ifPresent(files::add);
    }
    if (own.isEmpty()) {
      addAll(files, dropIns(system));
    }
    addAll(files, dropIns(user));
    // What podman wrote down when it asked its user.
    ConfigFile.read(recordedAliases()).ifPresent(files::add);
    return files;
  }

  private Path recordedAliases() throws OcifsException {
    if (Machine.uid() == 0) {
      return machine.system("var/cache/" + ALIASES);
    }
    return machine.pathVariable("XDG_CACHE_HOME").orElse(machine.user(".cache")).resolve(ALIASES);
  }

  private static List<Path> dropIns(Path main) throws OcifsException {
    Path folder = main.resolveSibling(main.getFileName() + ".d");
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.conf")) {
      for (Path entry : entries) {
        if (!Files.isDirectory(entry)) {
          paths.add(entry);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException | DirectoryIteratorException e) {
      throw new OcifsException(OcifsException.Kind.IO, folder + " cannot be read", e)
          .hint("look at its permissions");
    }
    paths.sort(null);
    return paths;
  }

  private static void addAll(List<ConfigFile> files, List<Path> paths) throws OcifsException {
    for (Path path : paths) {
      ConfigFile.read(path).ifPresent(files::add);
    }
  }
}
