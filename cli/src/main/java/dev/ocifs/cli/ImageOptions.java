package dev.ocifs.cli;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.LayerFsOptions;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.Platform;
import dev.ocifs.oci.remote.RegistryImages;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that opens an image. */
final class ImageOptions {
  private final Ocifs ocifs;

  @Mixin RemoteFlags remote = new RemoteFlags();

  @Option(
      names = "--platform",
      paramLabel = "OS/ARCH[/VARIANT]",
      description = "Which image of several to take (default: this machine's).")
  @Nullable String platform;

  @Option(names = "--strict", description = "Refuse images that bend a rule of the format.")
  boolean strict;

  @Option(names = "--max-entries", paramLabel = "N", description = "Most entries of an image.")
  @Nullable String maxEntries;

  @Option(
      names = "--max-layer-bytes",
      paramLabel = "SIZE",
      description = "Most uncompressed bytes of a layer, as 64G.")
  @Nullable String maxLayerBytes;

  @Option(
      names = "--max-ratio",
      paramLabel = "N",
      description = "How many times a layer may grow when it is uncompressed.")
  @Nullable String maxRatio;

  @Option(names = "--max-path-bytes", paramLabel = "SIZE", description = "Longest path.")
  @Nullable String maxPathBytes;

  @Option(names = "--max-path-depth", paramLabel = "N", description = "Most components of a path.")
  @Nullable String maxPathDepth;

  @Option(
      names = "--max-pax-bytes",
      paramLabel = "SIZE",
      description = "Longest extension header of an entry.")
  @Nullable String maxPaxBytes;

  ImageOptions(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  /** Opens an image as it lies, past the library's caches. */
  Image open(String reference, Store store) throws IOException {
    return Images.open(reference, openOptions(store));
  }

  /** The tree of an image, by a library of its own. */
  ImageView view(String reference, Store store, IndexListener listener) throws IOException {
    return view(layerFs(store), reference, store, listener);
  }

  /** The tree of an image. */
  ImageView view(LayerFs layers, String reference, Store store, IndexListener listener)
      throws IOException {
    return layers.view(layers.image(reference, openOptions(store)), listener);
  }

  /** The images of registries, asked for as the options say. */
  RegistryImages registries() throws IOException {
    return ocifs.registries().images(remote.settings(ocifs));
  }

  OpenOptions openOptions(Store store) throws IOException {
    OpenOptions options =
        OpenOptions.defaults(store)
            .withLimits(limits())
            .withDirectory(ocifs.directory())
            .withRemotes(this::registries);
    return platform == null ? options : options.withPlatform(Platform.parse(platform));
  }

  LayerFs layerFs(Store store) throws IOException {
    return LayerFs.open(store, layerFsOptions());
  }

  LayerFsOptions layerFsOptions() throws IOException {
    return LayerFsOptions.defaults().withLimits(limits()).withStrict(strict);
  }

  private Limits limits() throws IOException {
    Limits limits = Limits.DEFAULT;
    if (maxEntries != null) {
      limits = limits.withMaxEntries(ByteSize.parse("--max-entries", maxEntries, Long.MAX_VALUE));
    }
    if (maxLayerBytes != null) {
      limits =
          limits.withMaxLayerBytes(
              ByteSize.parse("--max-layer-bytes", maxLayerBytes, Long.MAX_VALUE));
    }
    if (maxRatio != null) {
      limits = limits.withMaxRatio(parseInt("--max-ratio", maxRatio));
    }
    if (maxPathBytes != null) {
      limits = limits.withMaxPathBytes(parseInt("--max-path-bytes", maxPathBytes));
    }
    if (maxPathDepth != null) {
      limits = limits.withMaxPathDepth(parseInt("--max-path-depth", maxPathDepth));
    }
    if (maxPaxBytes != null) {
      limits = limits.withMaxPaxBytes(parseInt("--max-pax-bytes", maxPaxBytes));
    }
    return limits;
  }

  private static int parseInt(String option, String text) throws IOException {
    return (int) ByteSize.parse(option, text, Integer.MAX_VALUE);
  }
}
