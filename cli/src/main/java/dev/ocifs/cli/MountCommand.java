package dev.ocifs.cli;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.Mount;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountPoint;
import dev.ocifs.mount.MountRegistry;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.Mounter;
import dev.ocifs.mount.internal.ffm.Stdio;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Serves an image at a directory until it is unmounted. The launcher has put this process into the
 * background already, and waits; once the directory is there, this process lets go of the caller's
 * standard streams and tells the launcher.
 */
@Command(
    name = "mount",
    description = "Show an image at a directory.",
    footer = {
      "",
      "Returns when the directory serves the files; the server goes on in the background until",
      "ocifs umount DIR."
    })
final class MountCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Mixin ImageOptions imageOptions = new ImageOptions();
  @Mixin MountFlags flags = new MountFlags();

  @Option(
      names = {"-f", "--foreground"},
      description = "Serve in the foreground; Ctrl-C unmounts.")
  boolean foreground;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "The image.")
  String name = "";

  @Parameters(index = "1", paramLabel = "DIR", description = "An empty directory.")
  Path dir = Path.of("");

  MountCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Optional<LauncherLink> launcher =
        foreground ? Optional.empty() : LauncherLink.find(ocifs.console().env());
    MountOptions options = flags.options(ocifs.debug());
    MountPoint.check(dir); // before layers are read, which may take long
    Mounter mounter = new Mounter();
    mounter.closeOnShutdown();
    mounter.prepare(options.backend());
    Store store = ocifs.store();
    Image image = imageOptions.open(name, store);
    try (ImageView view = imageOptions.layerFs(store).view(image, IndexProgress.create(ocifs));
        Mount mount = mounter.mount(new MountRequest(view, dir, name, options))) {
      announce(mounter, store, launcher);
      mount.awaitUnmounted();
    }
    return ExitCode.OK;
  }

  /** Lets the world know of the mount. What is noted is undone when the process ends, however. */
  private void announce(Mounter mounter, Store store, Optional<LauncherLink> launcher)
      throws IOException {
    long pid = ProcessHandle.current().pid();
    Path log = launcher.isPresent() ? Logs.of(store, pid) : Logs.STANDARD_ERROR;
    MountRegistry registry = new MountRegistry(store.mountsDir());
    MountRegistry.Record entry = registry.register(dir, name, flags.backend(), log);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> forget(mounter, registry, entry), "ocifs-forget"));
    if (launcher.isPresent()) {
      ocifs.trace("the server is process " + pid + ", its log " + log);
      Stdio.redirectTo(log);
      launcher.get().ready();
    } else if (!ocifs.quiet()) {
      ocifs
          .console()
          .message(
              (foreground ? "" : "started without the launcher, so in the foreground: ")
                  + "serving at "
                  + dir
                  + " until Ctrl-C or ocifs umount");
    }
  }

  private static void forget(Mounter mounter, MountRegistry registry, MountRegistry.Record entry) {
    mounter.close(); // waits for the end of the mount
    try {
      registry.remove(entry.id());
      Logs.deleteIfEmpty(entry.log());
    } catch (IOException e) {
      System.err.println("ocifs: cannot forget the mount: " + e.getMessage());
    }
  }
}
