package dev.ocifs.cli;

import dev.ocifs.oci.OcifsException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that may talk to a registry. */
final class RegistryFlags {
  @Option(
      names = "--authfile",
      paramLabel = "FILE",
      description =
          "Where credentials are (default: where podman login and docker login put them).")
  @Nullable String authFile;

  @Option(
      names = "--tls-verify",
      paramLabel = "true|false",
      arity = "0..1",
      fallbackValue = "true",
      description = "false: also registries without HTTPS or a certificate that can be trusted.")
  @Nullable Boolean tlsVerify;

  Optional<Path> authFile(Ocifs ocifs) throws OcifsException {
    return authFile == null ? Optional.empty() : Optional.of(ocifs.resolve(authFile));
  }
}
