package dev.ocifs.cli;

import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what the documents of an image say; reads no layer. */
@Command(
    name = "inspect",
    description = "Show the configuration, layers, sizes and platform of an image.")
final class InspectCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Mixin ImageOptions imageOptions;

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Parameters(paramLabel = "IMAGE", description = "The image.")
  String name = "";

  InspectCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
    imageOptions = new ImageOptions(ocifs);
  }

  @Override
  public Integer call() throws IOException {
    Store store = ocifs.store();
    Console console = ocifs.console();
    try (Image image = imageOptions.open(name, store)) {
      if (json) {
        console.println(ImageReport.json(image));
      } else {
        ImageReport.text(image).forEach(console::println);
      }
    }
    return ExitCode.OK;
  }
}
