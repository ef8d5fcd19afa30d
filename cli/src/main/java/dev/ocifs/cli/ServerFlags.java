package dev.ocifs.cli;

import dev.ocifs.layerfs.LayerFsOptions;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a server, which count when a mount starts one. */
final class ServerFlags {

  /** Sets of options. */
  enum Profile {
    PRODUCTION,
    DEVELOPMENT
  }

  @Option(
      names = "--profile",
      paramLabel = "production|development",
      description = "Server: a larger cache, or a smaller one and times of each step.")
  @Nullable Profile profile;

  @Option(
      names = "--cache-bytes",
      paramLabel = "SIZE",
      description = "Server: most bytes of decoded content in memory (default: 48M).")
  @Nullable String cacheBytes;

  @Option(
      names = "--metrics",
      paramLabel = "[HOST:]PORT",
      description = "Server: serve metrics for Prometheus there (default host: 127.0.0.1).")
  @Nullable String metrics;

  @Option(
      names = "--pool-metrics-every",
      paramLabel = "SECONDS",
      description = "Server: write the state of the decoder pool to the log.")
  int poolMetricsEvery;

  LayerFsOptions options() throws IOException {
    LayerFsOptions options =
        profile == null
            ? LayerFsOptions.defaults()
            : profile == Profile.PRODUCTION
                ? LayerFsOptions.production()
                : LayerFsOptions.development();
    return cacheBytes == null
        ? options
        : options.withCacheBytes(ByteSize.parse("--cache-bytes", cacheBytes, Long.MAX_VALUE));
  }

  /** Whether an option was given that a server which runs already does not heed. */
  boolean areGiven() {
    return profile != null || cacheBytes != null || metrics != null || poolMetricsEvery > 0;
  }
}
