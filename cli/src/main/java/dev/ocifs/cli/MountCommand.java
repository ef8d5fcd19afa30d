package dev.ocifs.cli;

import dev.ocifs.layerfs.FetchingOrder;
import dev.ocifs.layerfs.HydrationOptions;
import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRegistry;
import dev.ocifs.mount.MountTable;
import dev.ocifs.mount.Mounter;
import dev.ocifs.mount.internal.ffm.Descriptors;
import dev.ocifs.mount.internal.ffm.Stdio;
import dev.ocifs.mount.server.MountServer;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Serves images at directories until they are unmounted.
 *
 * <p>The launcher has put this process into the background already, and waits. When a server of the
 * store runs, this process hands its command line over and ends with the server's answer. Else it
 * becomes the server: once the first mounts are there, it lets go of the caller's standard streams
 * and tells the launcher.
 */
@Command(
    name = "mount",
    description = "Show images at directories.",
    customSynopsis = {
      "ocifs mount [OPTIONS] IMAGE DIR",
      "       ocifs mount [OPTIONS] --batch FILE"
    },
    footer = {
      "",
      "Returns when the directories serve the files. One server a store goes on in the",
      "background until the last ocifs umount DIR."
    })
final class MountCommand implements Callable<Integer> {
  static final String SERVER = "server";

  private final Ocifs ocifs;

  @Mixin ImageOptions imageOptions;
  @Mixin MountFlags flags = new MountFlags();
  @Mixin ServerFlags serverFlags = new ServerFlags();

  @Option(
      names = {"-f", "--foreground"},
      description = "Serve in the foreground; Ctrl-C unmounts.")
  boolean foreground;

  @Mixin KeepOptions keep = new KeepOptions();

  @Option(
      names = "--hydrate",
      description =
          "For kernel, as root: keep all files uncompressed in the store, so that Linux reads them"
              + " by itself; they are made in the background.")
  boolean hydrate;

  @Option(
      names = "--hydrate-on-read",
      description = "The same for those files only that have been read once.")
  boolean hydrateOnRead;

  @Option(
      names = "--prefetch",
      paramLabel = "auto|all|none|FILE",
      description =
          "What to fetch of an image in a registry though nobody reads it: first what earlier"
              + " mounts read first, then the rest (auto, default); all in the order of the layers;"
              + " nothing; or first the paths in a file, a line each, then the rest.")
  String prefetch = "auto";

  @Option(
      names = "--batch",
      paramLabel = "FILE",
      description =
          "Mount many: a line IMAGE DIR each, or JSON [{\"image\": ..., \"dir\": ...}]; - is"
              + " standard input.")
  @Nullable String batch;

  @Option(
      names = "--all-or-nothing",
      description = "Of a batch, mount nothing when one fails (default: the others).")
  boolean allOrNothing;

  @Parameters(index = "0", arity = "0..1", paramLabel = "IMAGE", description = "The image.")
  @Nullable String image;

  @Parameters(index = "1", arity = "0..1", paramLabel = "DIR", description = "An empty directory.")
  @Nullable String dir;

  MountCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
    imageOptions = new ImageOptions(ocifs);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<MountService.Target> targets = targets();
    Store store = ocifs.store();
    MountService.Manner manner = manner(store);
    Optional<MountService> service = ocifs.service();
    if (service.isPresent()) {
      if (serverFlags.areGiven() && !ocifs.quiet()) {
        ocifs.console().message("the server runs already: its options stay as they are");
      }
      return mount(service.get(), targets, manner);
    }
    new MountRegistry(store.mountsDir()).repair();
    if (targets.size() == 1) {
      Mounter.check(targets.get(0).dir(), manner.mount()); // before layers are read
    }
    Optional<LauncherLink> launcher =
        foreground ? Optional.empty() : LauncherLink.find(ocifs.console().env());
    if (launcher.isEmpty()) {
      return serveAlone(new MountService(store, serverFlags, Logs.STANDARD_ERROR), targets, manner);
    }
    while (true) {
      OptionalInt code = handOver(store, targets);
      if (code.isPresent()) {
        return code.getAsInt();
      }
      Optional<BuildLock> lock = store.tryLock(SERVER);
      if (lock.isPresent()) {
        try (BuildLock held = lock.get()) {
          return serve(store, targets, manner, launcher.get());
        }
      }
      Thread.sleep(5); // another process becomes the server, or ends being it
    }
  }

  private List<MountService.Target> targets() throws IOException {
    if (batch != null) {
      if (image != null) {
        throw new OcifsException(OcifsException.Kind.USAGE, "--batch names the images in a file")
            .hint("leave out IMAGE and DIR");
      }
      return new BatchFile(ocifs.directory()).read(batch);
    }
    if (image == null || dir == null) {
      throw new OcifsException(
              OcifsException.Kind.USAGE, "missing " + (image == null ? "IMAGE and DIR" : "DIR"))
          .hint("see ocifs mount --help");
    }
    return List.of(new MountService.Target(image, ocifs.resolve(dir)));
  }

  private MountService.Manner manner(Store store) throws IOException {
    MountOptions mount = flags.options(ocifs.debug());
    return new MountService.Manner(
        imageOptions.openOptions(store),
        keep.apply(imageOptions.layerFsOptions(), Mounter.isNative(mount.backend())),
        mount,
        hydration(),
        fetchingOrder(),
        allOrNothing,
        foreground);
  }

  private FetchingOrder fetchingOrder() throws IOException {
    return switch (prefetch) {
      case "auto" -> FetchingOrder.AUTO;
      case "all" -> FetchingOrder.ALL;
      case "none" -> FetchingOrder.NONE;
      default -> FetchingOrder.files(paths(ocifs.resolve(prefetch)));
    };
  }

  /** The lines of a file, as bytes: names of files need not be text. */
  private static List<byte[]> paths(Path file) throws IOException {
    List<byte[]> paths = new ArrayList<>();
    try {
      // One char a byte.
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        if (!line.isEmpty()) {
          paths.add(line.getBytes(StandardCharsets.ISO_8859_1));
        }
      }
    } catch (NoSuchFileException e) {
      throw new OcifsException(OcifsException.Kind.NOT_FOUND, "there is no file " + file, e)
          .hint("--prefetch takes auto, all, none, or a file");
    }
    return paths;
  }

  private Optional<HydrationOptions> hydration() {
    return hydrate || hydrateOnRead
        ? Optional.of(new HydrationOptions(hydrate, MountCommand::sync))
        : Optional.empty();
  }

  private static void sync(Path folder, List<FileChannel> files) throws IOException {
    int errno = -Descriptors.syncFileSystem(folder);
    if (errno != 0) {
      throw new IOException("the disk of " + folder + " does not take files: errno " + errno);
    }
  }

  private OptionalInt handOver(Store store, List<MountService.Target> targets) throws IOException {
    List<String> arguments = new ArrayList<>(ocifs.arguments());
    if ("-".equals(batch)) {
      // The server has no standard input of ours: the lines go along.
      arguments.set(arguments.lastIndexOf("-"), BatchFile.inline(targets));
    }
    return ocifs.askServer(store, arguments);
  }

  private Integer serveAlone(
      MountService service, List<MountService.Target> targets, MountService.Manner manner)
      throws IOException, InterruptedException {
    service.prepare(manner.mount().backend());
    int code = mount(service, targets, manner);
    if (service.mountCount() > 0 && !ocifs.quiet()) {
      ocifs
          .console()
          .message(
              (foreground ? "" : "started without the launcher, so in the foreground: ")
                  + "serving at "
                  + targets.get(0).dir()
                  + (targets.size() > 1 ? " and others" : "")
                  + " until Ctrl-C or ocifs umount");
    }
    service.awaitNone();
    return code;
  }

  private Integer serve(
      Store store,
      List<MountService.Target> targets,
      MountService.Manner manner,
      LauncherLink launcher)
      throws IOException, InterruptedException {
    long pid = ProcessHandle.current().pid();
    Path log = Logs.of(store, pid);
    MountService service = new MountService(store, serverFlags, log);
    service.prepare(manner.mount().backend());
    RemoteCommands commands = new RemoteCommands(service);
    try (MountServer server = MountServer.open(store.serverSocket(), commands)) {
      int code = mount(service, targets, manner);
      if (service.mountCount() == 0 && server.closeUnless(() -> service.mountCount() > 0)) {
        return code;
      }
      ocifs.trace("the server is process " + pid + ", its log " + log);
      Stdio.redirectTo(log);
      launcher.ready(code);
      do {
        service.awaitNone();
      } while (!server.closeUnless(() -> service.mountCount() > 0));
      return ExitCode.OK;
    }
  }

  /** Says of which mounts there is nothing to hydrate. */
  private void tellNative(
      List<MountService.Target> targets,
      List<@Nullable IOException> failures,
      MountService.Manner manner)
      throws IOException {
    if (manner.hydration().isEmpty() || ocifs.quiet()) {
      return;
    }
    for (int i = 0; i < targets.size(); i++) {
      Path at = targets.get(i).dir();
      if (failures.get(i) == null
          && MountTable.at(at).filter(MountTable.Entry::isNative).isPresent()) {
        ocifs
            .console()
            .message("Linux reads " + at + " by itself already: there is nothing to hydrate");
      }
    }
  }

  /** Mounts, and says what became of it: for a batch each failure and how many there are. */
  private Integer mount(
      MountService service, List<MountService.Target> targets, MountService.Manner manner)
      throws IOException {
    IndexListener progress = ocifs.progress();
    List<@Nullable IOException> failures = service.mount(targets, manner, progress);
    if (ocifs.isGone()) {
      service.undo(targets);
    }
    if (batch == null) {
      IOException failure = failures.get(0);
      if (failure != null) {
        throw failure;
      }
      tellNative(targets, failures, manner);
      return ExitCode.OK;
    }
    tellNative(targets, failures, manner);
    int code = ExitCode.OK;
    int failed = 0;
    for (int i = 0; i < failures.size(); i++) {
      IOException failure = failures.get(i);
      if (failure != null) {
        failed++;
        code = Math.max(code, Failure.codeOf(failure));
        ocifs.console().message(targets.get(i).dir() + ": " + Failure.line(failure));
      }
    }
    if (!ocifs.quiet()) {
      String rest = failed > 0 ? ", " + failed + " failed" : "";
      ocifs.console().message((failures.size() - failed) + " mounted" + rest);
    }
    return code;
  }
}
