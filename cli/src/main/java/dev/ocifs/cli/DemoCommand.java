package dev.ocifs.cli;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.Mount;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.Mounter;
import dev.ocifs.oci.Printable;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Shows in a few lines what ocifs does: makes an image, mounts it, looks at it through the kernel
 * as any program would, and leaves nothing behind.
 */
@Command(
    name = "demo",
    description = "Make a small image, mount it, show its files, read one, and unmount it.")
final class DemoCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Mixin MountFlags flags = new MountFlags();

  DemoCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("ocifs-demo-");
    try {
      show(folder);
    } finally {
      delete(folder);
    }
    return ExitCode.OK;
  }

  private void show(Path folder) throws IOException {
    Path layout = Files.createDirectory(folder.resolve("image"));
    Path dir = Files.createDirectory(folder.resolve("mnt"));
    String name = "oci:" + layout + ":demo";
    List<SampleImage.Layer> layers = SampleImage.write(layout);
    say("A container image is a stack of compressed layers. This one was made just now:");
    say("");
    for (int i = 0; i < layers.size(); i++) {
      SampleImage.Layer layer = layers.get(i);
      say(
          "  layer "
              + (i + 1)
              + "  "
              + ByteSize.format(layer.blob().length)
              + "  "
              + layer.purpose());
    }
    say("");
    Store store = Store.open(folder.resolve("store"));
    LayerFs library = LayerFs.open(store);
    Image image = library.image(name, OpenOptions.defaults(store));
    long start = ocifs.console().nanoTime().getAsLong();
    try (ImageView view = library.view(image, IndexListener.NONE)) {
      Mounter mounter = new Mounter();
      mounter.closeOnShutdown();
      try (Mount mount =
          mounter.mount(new MountRequest(view, dir, name, flags.options(ocifs.debug())))) {
        long millis = (ocifs.console().nanoTime().getAsLong() - start) / 1_000_000;
        say("$ ocifs mount " + Printable.escape(name) + " " + mount.dir());
        say("Mounted after " + millis + " ms; nothing was unpacked. All layers in one tree:");
        say("");
        TreeDrawing.of(dir).forEach(line -> say("  " + line));
        say("");
        say("Layer 2 hides DRAFT and what var/cache had before; app/hello is bin/hello once more.");
        say("");
        say("$ cat " + dir.resolve("etc/motd"));
        say(Files.readString(dir.resolve("etc/motd")).stripTrailing());
        say("");
      }
      say("$ ocifs umount " + dir);
    }
    say("Unmounted, and everything removed. Your turn: ocifs mount IMAGE DIR");
  }

  private void say(String line) {
    if (!ocifs.quiet()) {
      ocifs.console().println(line);
    }
  }

  /** Deletes the folder; never crosses into what is still mounted. */
  static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(folder);
      return;
    }
    List<Path> children;
    try (Stream<Path> list = Files.list(folder)) {
      children = list.toList();
    }
    for (Path child : children) {
      delete(child);
    }
    Files.delete(folder);
  }
}
