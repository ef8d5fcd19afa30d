package dev.ocifs.cli;

import dev.ocifs.layerfs.LayerFsOptions;
import dev.ocifs.layerfs.cache.ChunkBounds;
import java.io.IOException;
import java.time.Duration;
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
      names = "--cache-max-entry",
      paramLabel = "SIZE",
      description = "Server: longest piece of decoded content to keep (default: 16M).")
  @Nullable String cacheMaxEntry;

  @Option(
      names = "--cache-ttl",
      paramLabel = "SECONDS",
      description = "Server: give up decoded content in memory that nobody read for so long.")
  @Nullable String cacheTtl;

  @Option(
      names = "--objects",
      paramLabel = "SIZE",
      description =
          "Server: keep decoded content on disk, too, at most so much (default: none); whole files"
              + " of --hydrate take as much at most (default: 16G).")
  @Nullable String objects;

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
    options = options.withChunks(chunks(options.chunks()));
    return objects == null
        ? options
        : options.withObjectBytes(ByteSize.parse("--objects", objects, Long.MAX_VALUE));
  }

  private ChunkBounds chunks(ChunkBounds defaults) throws IOException {
    ChunkBounds bounds = defaults;
    if (cacheBytes != null) {
      bounds = bounds.withBytes(ByteSize.parse("--cache-bytes", cacheBytes, Long.MAX_VALUE));
    }
    if (cacheMaxEntry != null) {
      long longest = ByteSize.parse("--cache-max-entry", cacheMaxEntry, Integer.MAX_VALUE);
      bounds = bounds.withEntryBytes((int) longest);
    }
    if (cacheTtl != null) {
      long seconds = ByteSize.parse("--cache-ttl", cacheTtl, Integer.MAX_VALUE);
      bounds = bounds.withIdle(Duration.ofSeconds(seconds));
    }
    return bounds;
  }

  /** Whether an option was given that a server which runs already does not heed. */
  boolean areGiven() {
    return profile != null
        || cacheBytes != null
        || cacheMaxEntry != null
        || cacheTtl != null
        || objects != null
        || metrics != null
        || poolMetricsEvery > 0;
  }
}
