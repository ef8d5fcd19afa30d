package dev.ocifs.cli;

import dev.ocifs.layerfs.PathWalker;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Writes the content of one file to standard output. */
@Command(name = "cat", description = "Write a file of an image to standard output.")
final class CatCommand implements Callable<Integer> {
  private static final int BUFFER_BYTES = 1 << 20;

  private final Ocifs ocifs;

  @Mixin ImageOptions imageOptions;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "The image.")
  String name = "";

  @Parameters(index = "1", paramLabel = "PATH", description = "A file in the image.")
  String path = "";

  CatCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
    imageOptions = new ImageOptions(ocifs);
  }

  @Override
  public Integer call() throws IOException {
    Store store = ocifs.store();
    try (ImageView view = imageOptions.view(name, store, IndexProgress.create(ocifs))) {
      copy(view, inode(view), ocifs.console().out());
    } catch (OcifsException e) {
      throw e.image(name);
    }
    return ExitCode.OK;
  }

  private long inode(ImageView view) throws IOException {
    long inode = PathWalker.resolve(view, RawArguments.bytes(path), true);
    Attributes attributes = new Attributes();
    view.attributes(inode, attributes);
    if (!attributes.isRegular()) {
      throw new OcifsException(
              OcifsException.Kind.USAGE,
              path + (attributes.isDirectory() ? " is a directory" : " is not a regular file"))
          .hint(attributes.isDirectory() ? "list it with ocifs ls" : "ocifs ls -l says what it is");
    }
    return inode;
  }

  private static void copy(ImageView view, long inode, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    MemorySegment segment = MemorySegment.ofArray(buffer);
    long pos = 0;
    for (int n; (n = view.read(inode, pos, segment)) > 0; pos += n) {
      out.write(buffer, 0, n);
    }
  }
}
