package dev.ocifs.cli;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.stored.StoredImage;
import dev.ocifs.oci.stored.StoredImages;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Gives an image of the store one more name. */
@Command(name = "tag", description = "Give an image in the store one more name.")
final class TagCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "An image that ocifs images lists.")
  String image = "";

  @Parameters(index = "1", paramLabel = "NAME", description = "The other name, as NAME:TAG.")
  String name = "";

  TagCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  @Override
  public Integer call() throws IOException {
    StoredImages images = new StoredImages(ocifs.store());
    StoredImage found = find(images, image);
    images.put(StoredImages.fullName(name), found.top(), found.whole());
    return ExitCode.OK;
  }

  /**
   * The image of the store that a user named.
   *
   * @throws OcifsException {@code NOT_FOUND}
   */
  static StoredImage find(StoredImages images, String typed) throws IOException {
    return images
        .resolve(typed)
        .orElseThrow(
            () ->
                new OcifsException(
                        OcifsException.Kind.NOT_FOUND, "the store holds no image '" + typed + "'")
                    .hint("ocifs images lists what it holds"));
  }
}
