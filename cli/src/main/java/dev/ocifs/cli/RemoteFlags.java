package dev.ocifs.cli;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.lazy.LazyOptions;
import dev.ocifs.oci.remote.RemoteOptions;
import dev.ocifs.oci.remote.RemoteOptions.Policy;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that opens images, which may lie in registries. */
final class RemoteFlags {
  @Mixin RegistryFlags registry = new RegistryFlags();

  @Option(
      names = "--pull",
      paramLabel = "WHEN",
      description =
          "When to ask the registry what a name means: missing in the store (default), always,"
              + " never.")
  Policy pull = Policy.MISSING;

  @Option(
      names = "--read-timeout",
      paramLabel = "SECONDS",
      description = "How long a read waits for a registry before it fails (default: 30).")
  @Nullable String readTimeout;

  @Option(
      names = "--background-rate",
      paramLabel = "SIZE",
      description = "Most bytes a second for what nobody waits for, as 5M (default: no limit).")
  @Nullable String backgroundRate;

  @Option(
      names = "--published-index",
      paramLabel = "true|false|DIGEST",
      description =
          "Whether to use an index that was published beside the image (default: true), or the one"
              + " to use, by the digest that ocifs index push prints.")
  String publishedIndex = "true";

  RemoteSettings settings(Ocifs ocifs) throws OcifsException {
    RemoteOptions options =
        RemoteOptions.DEFAULTS.withPolicy(pull).withForeignUrls(registry.allowForeignUrls);
    options = withPublishedIndex(options);
    if (readTimeout != null) {
      options =
          options.withFetching(
              LazyOptions.DEFAULT.withReadTimeout(
                  Duration.ofSeconds(ByteSize.parse("--read-timeout", readTimeout, 86_400))));
    }
    if (backgroundRate != null) {
      options =
          options.withBackgroundRate(
              ByteSize.parse("--background-rate", backgroundRate, Long.MAX_VALUE));
    }
    return new RemoteSettings(
        ocifs.registryVariables(),
        registry.authFile(ocifs),
        Optional.ofNullable(registry.tlsVerify),
        registry.allowPrivate,
        options);
  }

  private RemoteOptions withPublishedIndex(RemoteOptions options) throws OcifsException {
    return switch (publishedIndex) {
      case "true" -> options.withPublishedIndexes(true);
      case "false" -> options.withPublishedIndexes(false);
      default -> {
        try {
          yield options.withPinnedIndex(Digest.parse(publishedIndex));
        } catch (OcifsException e) {
          throw new OcifsException(
                  OcifsException.Kind.USAGE,
                  "--published-index: '" + publishedIndex + "' is no digest",
                  e)
              .hint("it takes true, false, or the sha256:... that ocifs index push prints");
        }
      }
    };
  }
}
