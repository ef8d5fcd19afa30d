package dev.ocifs.cli;

import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Printable;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Reads an image's layers ahead of its first mount. */
@Command(
    name = "index",
    description = "Prepare an image: read its layers once, so that mounts begin at once.")
final class IndexCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Mixin ImageOptions imageOptions;

  @Mixin KeepOptions keep = new KeepOptions();

  @Parameters(paramLabel = "IMAGE", arity = "0..1", description = "The image.")
  @Nullable String name;

  IndexCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
    imageOptions = new ImageOptions(ocifs);
  }

  @Override
  public Integer call() throws IOException {
    if (name == null) {
      throw new OcifsException(OcifsException.Kind.USAGE, "missing IMAGE")
          .hint("see ocifs index --help");
    }
    Store store = ocifs.store();
    LayerFs layers = LayerFs.open(store, keep.apply(imageOptions.layerFsOptions(), false));
    try (ImageView view = imageOptions.view(layers, name, store, IndexProgress.create(ocifs))) {
      if (!ocifs.quiet()) {
        ocifs
            .console()
            .println(
                Printable.escape(name)
                    + ": "
                    + view.inodeCount()
                    + " inodes, "
                    + ByteSize.format(view.contentBytes())
                    + " of content, ready to mount");
      }
    }
    return ExitCode.OK;
  }
}
