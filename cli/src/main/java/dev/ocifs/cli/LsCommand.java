package dev.ocifs.cli;

import dev.ocifs.layerfs.PathWalker;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists files of an image without mounting it. */
@Command(
    name = "ls",
    description = "List files of an image, without mounting it.",
    footer = {
      "",
      "Hidden files are listed, too. Times are UTC. Names are written byte for byte, on a terminal",
      "escaped."
    })
final class LsCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Mixin ImageOptions imageOptions;

  @Option(names = "-l", description = "Mode, links, owner, group, size, time, name and target.")
  boolean details;

  @Option(names = "-R", description = "Directories below, too.")
  boolean recursive;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "The image.")
  String name = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      description = "A directory or a file in the image (default: its root).")
  String path = "/";

  LsCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
    imageOptions = new ImageOptions(ocifs);
  }

  @Override
  public Integer call() throws IOException {
    Store store = ocifs.store();
    Console console = ocifs.console();
    try (ImageView view = imageOptions.view(name, store, IndexProgress.create(ocifs))) {
      byte[] where = RawArguments.bytes(path);
      // As ls does: a link that is named is shown itself with -l, followed without.
      long inode = PathWalker.resolve(view, where, !details);
      new Listing(view, console.out(), details, console.outIsTerminal())
          .print(inode, where, recursive);
    } catch (OcifsException e) {
      throw e.image(name);
    }
    return ExitCode.OK;
  }
}
