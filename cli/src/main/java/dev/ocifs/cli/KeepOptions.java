package dev.ocifs.cli;

import dev.ocifs.layerfs.LayerFsOptions;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about uncompressed layers in the store. */
final class KeepOptions {
  @Option(
      names = "--keep-layers",
      description =
          "Keep the layers uncompressed in the store, so that the kernel can read them by itself:"
              + " mounts by root then need no server. --backend erofs does so anyway.")
  boolean keepLayers;

  @Option(
      names = "--kept-bytes",
      paramLabel = "SIZE",
      description =
          "Remove uncompressed layers that nothing uses, those unused for longest first, until they"
              + " take at most so much (default: no bound).")
  @Nullable String keptBytes;

  /** These options as the library takes them. */
  LayerFsOptions apply(LayerFsOptions options, boolean keepsAnyway) throws IOException {
    LayerFsOptions kept = options.withKeepLayers(keepLayers || keepsAnyway);
    return keptBytes == null
        ? kept
        : kept.withKeptBytes(ByteSize.parse("--kept-bytes", keptBytes, Long.MAX_VALUE));
  }
}
