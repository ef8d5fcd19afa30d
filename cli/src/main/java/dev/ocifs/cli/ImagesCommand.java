package dev.ocifs.cli;

import dev.ocifs.oci.Printable;
import dev.ocifs.oci.stored.StoredImage;
import dev.ocifs.oci.stored.StoredImages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the images that the store holds by name. */
@Command(name = "images", description = "List the images in the store.")
final class ImagesCommand implements Callable<Integer> {
  /** As many digits of a digest as tell images apart; as other tools show. */
  private static final int SHORT_HEX = 12;

  private final Ocifs ocifs;

  @Option(names = "--json", description = "As JSON, with whole digests and bytes.")
  boolean json;

  ImagesCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  @Override
  public Integer call() throws IOException {
    StoredImages images = new StoredImages(ocifs.store());
    List<StoredImage> all = images.list();
    if (json) {
      ocifs.console().println(json(images, all));
      return ExitCode.OK;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NAME", "DIGEST", "HERE", "SIZE"));
    for (StoredImage image : all) {
      rows.add(
          List.of(
              Printable.escape(image.name()),
              image.top().digest().hex().substring(0, SHORT_HEX),
              image.whole() ? "whole" : "partly",
              ByteSize.format(images.bytes(image))));
    }
    if (!all.isEmpty()) {
      Table.of(rows).forEach(ocifs.console()::println);
    }
    return ExitCode.OK;
  }

  private static String json(StoredImages images, List<StoredImage> all) throws IOException {
    Json json = new Json();
    json.beginArray();
    for (StoredImage image : all) {
      json.beginObject()
          .member("name", image.name())
          .member("digest", image.top().digest().toString())
          .member("mediaType", image.top().mediaType().value())
          .member("whole", image.whole())
          .member("bytes", images.bytes(image))
          .end();
    }
    return json.end().toString();
  }
}
