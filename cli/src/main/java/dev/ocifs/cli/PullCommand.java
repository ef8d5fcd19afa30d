package dev.ocifs.cli;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.oci.Printable;
import dev.ocifs.oci.remote.RemoteOptions.Policy;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Gets all of an image into the store. */
@Command(
    name = "pull",
    description = {
      "Fetch all of an image into the store, ready to mount.",
      "What was fetched before, also by a pull that was broken off, is not fetched again."
    })
final class PullCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Mixin ImageOptions imageOptions;

  @Parameters(paramLabel = "IMAGE", description = "The image, as docker://HOST/NAME:TAG.")
  String name = "";

  PullCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
    imageOptions = new ImageOptions(ocifs);
    imageOptions.remote.pull = Policy.ALWAYS;
  }

  @Override
  public Integer call() throws IOException {
    Store store = ocifs.store();
    try (LayerFs layers = imageOptions.layerFs(store);
        Image image = imageOptions.open(name, store)) {
      try (CopyLines lines = CopyLines.ofPull(ocifs)) {
        layers.pull(image, ocifs.whileAwaited(IndexListener.NONE), lines.ofLayers());
      }
      if (!ocifs.quiet()) {
        ocifs.console().println(Printable.escape(image.name()));
      }
    }
    return ExitCode.OK;
  }
}
