package dev.ocifs.cli;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.copy.Destination;
import dev.ocifs.oci.copy.Destinations;
import dev.ocifs.oci.copy.ImageCopier;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageBundle;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of the commands that copy images, and the copying. */
final class Copying {
  private final Ocifs ocifs;

  @Mixin ImageOptions imageOptions;

  @Option(
      names = {"-a", "--all"},
      description = "All platforms of the image, with its index and what is said about them.")
  boolean all;

  @Option(
      names = "--allow-nondistributable-artifacts",
      description = "Push also layers that are not to be distributed.")
  boolean nondistributable;

  Copying(Ocifs ocifs) {
    this.ocifs = ocifs;
    imageOptions = new ImageOptions(ocifs);
  }

  /**
   * What destinations mean.
   *
   * @param replace whether archives that exist are replaced
   */
  Destinations destinations(boolean replace) throws IOException {
    RemoteSettings settings = imageOptions.remote.settings(ocifs);
    return new Destinations(
        ocifs.directory(),
        ocifs::store,
        name -> ocifs.registries().images(settings).repository(name),
        replace,
        nondistributable);
  }

  /** Copies, shows how it gets on, and prints the digest that the image has there. */
  void run(String source, Destination destination) throws IOException {
    if (all && imageOptions.platform != null) {
      throw new OcifsException(OcifsException.Kind.USAGE, "--all and --platform exclude each other")
          .hint("leave out one of them");
    }
    OpenOptions options = imageOptions.openOptions(ocifs.store());
    Descriptor copied;
    try (CopyLines lines = CopyLines.create(ocifs)) {
      ImageCopier copier = new ImageCopier(options.limits(), lines);
      Optional<ImageBundle> bundle = all ? Images.openAll(source, options) : Optional.empty();
      if (bundle.isPresent()) {
        try (ImageBundle opened = bundle.get()) {
          copied = copier.copy(opened, destination);
        }
      } else {
        try (Image opened = Images.open(source, options)) {
          copied = copier.copy(opened, destination);
        }
      }
    }
    if (!ocifs.quiet()) {
      ocifs.console().println(copied.digest() + " " + destination);
    }
  }
}
