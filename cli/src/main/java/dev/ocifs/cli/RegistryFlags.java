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

  @Option(
      names = "--allow-private",
      description =
          "The registry may send on to this machine and its network, for tokens and blobs.")
  boolean allowPrivate;

  @Option(
      names = "--allow-foreign-urls",
      description = "Layers that no registry may give are fetched from the URLs in the manifest.")
  boolean allowForeignUrls;

  Optional<Path> authFile(Ocifs ocifs) throws OcifsException {
    return authFile == null ? Optional.empty() : Optional.of(ocifs.resolve(authFile));
  }
}
