package dev.ocifs.oci.registry.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a command says about registries, over all files. Immutable.
 *
 * @param authFile the only file of credentials to read; option {@code --authfile}
 * @param tlsVerify false allows plain HTTP and any certificate, true forbids both; empty leaves it
 *     to the files; option {@code --tls-verify}
 * @param root where paths of the system begin, {@code /} outside of tests
 */
public record ConfigOptions(Optional<Path> authFile, Optional<Boolean> tlsVerify, Path root) {

  /** Nothing said. */
  public static final ConfigOptions DEFAULT =
      new ConfigOptions(Optional.empty(), Optional.empty(), Path.of("/"));

  public ConfigOptions withAuthFile(Path value) {
    return new ConfigOptions(Optional.of(value), tlsVerify, root);
  }

  public ConfigOptions withTlsVerify(boolean value) {
    return new ConfigOptions(authFile, Optional.of(value), root);
  }

  public ConfigOptions withRoot(Path value) {
    return new ConfigOptions(authFile, tlsVerify, value);
  }
}
