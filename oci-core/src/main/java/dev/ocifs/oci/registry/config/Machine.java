package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where configuration lies: the user's variables, home and system folders. Immutable.
 *
 * @param env the variables of the environment; may hold secrets, and is never printed
 * @param home of the user
 * @param root the folder that system paths begin at, {@code /} outside of tests
 */
record Machine(Map<String, String> env, Path home, Path root) {

  Machine {
    env = Map.copyOf(env);
  }

  /** One of the {@link RegistryVariables}, when it is set to something. */
  Optional<String> variable(String name) {
    if (!RegistryVariables.NAMES.contains(name)) {
      throw new IllegalArgumentException(name + " is not handed to servers");
    }
    return Optional.ofNullable(env.get(name)).filter(value -> !value.isEmpty());
  }

  /** A variable that names a file or folder. */
  Optional<Path> pathVariable(String name) throws OcifsException {
    Optional<String> value = variable(name);
    try {
      return value.map(Path::of);
    } catch (InvalidPathException e) {
      throw new OcifsException(OcifsException.Kind.USAGE, "$" + name + " is no path", e)
          .hint("correct the variable");
    }
  }

  /** A path below the user's home. */
  Path user(String path) {
    return home.resolve(path);
  }

  /** A path of the system, written without its first slash. */
  Path system(String path) {
    return root.resolve(path);
  }

  /** The numeric id of this process' user. */
  static int uid() throws OcifsException {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      throw new OcifsException(OcifsException.Kind.IO, "/proc/self cannot be read", e);
    }
  }

  /** Names the folders only. */
  @Override
  public String toString() {
    return "Machine[" + home + ", " + root + "]";
  }
}
