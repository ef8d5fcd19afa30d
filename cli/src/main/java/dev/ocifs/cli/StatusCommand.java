package dev.ocifs.cli;

import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.LayerStatus;
import dev.ocifs.mount.MountRegistry;
import dev.ocifs.mount.MountTable;
import dev.ocifs.oci.ImageReference;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Printable;
import dev.ocifs.oci.remote.RemoteOptions.Policy;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows one mount, and how much of it the kernel reads by itself. */
@Command(
    name = "status",
    description = "Show a mount or an image: what of it is here, and what is native by now.")
final class StatusCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Mixin ImageOptions imageOptions;

  @Parameters(
      arity = "1",
      paramLabel = "DIR|IMAGE",
      description = "Where an image is mounted, or an image of a registry.")
  String what = "";

  StatusCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
    imageOptions = new ImageOptions(ocifs);
    imageOptions.remote.pull = Policy.NEVER;
  }

  @Override
  public Integer call() throws IOException {
    if (!ImageReference.namesRegistry(what, ocifs.directory())) {
      return ofMount(MountTable.resolve(ocifs.resolve(what)));
    }
    for (MountRegistry.Record mount : new MountRegistry(ocifs.store().mountsDir()).list()) {
      if (mount.image().equals(what) && mount.alive()) {
        return ofMount(mount.dir());
      }
    }
    return ofImage();
  }

  /** What is here of an image that is mounted nowhere under this name. */
  private int ofImage() throws IOException {
    Store store = ocifs.store();
    try (LayerFs layers = imageOptions.layerFs(store);
        Image image = imageOptions.open(what, store)) {
      List<LayerStatus> states = layers.status(image);
      if (json) {
        Json report = new Json();
        report.beginObject().member("image", image.name());
        LayersReport.writeTo(report, states);
        ocifs.console().println(report.end().toString());
      } else {
        ocifs.console().println("Image:  " + Printable.escape(image.name()));
        List<String> table = LayersReport.text(states);
        if (table.isEmpty()) {
          ocifs.console().println("Layers: " + states.size() + ", all here");
        }
        table.forEach(ocifs.console()::println);
      }
    }
    return ExitCode.OK;
  }

  private int ofMount(Path path) throws IOException {
    Optional<MountService> service = ocifs.service();
    if (service.isPresent()) {
      Optional<StatusReport> report = service.get().report(path);
      return print(report.isPresent() ? report.get() : registered(path));
    }
    StatusReport report = registered(path);
    if (!report.mount().isNative()) {
      OptionalInt code = ocifs.askServer();
      if (code.isPresent()) {
        return code.getAsInt();
      }
    }
    return print(report);
  }

  /** What is known of a mount that no server can be asked about. */
  private StatusReport registered(Path path) throws IOException {
    for (MountRegistry.Record mount : new MountRegistry(ocifs.store().mountsDir()).list()) {
      if (mount.dir().equals(path) && mount.alive()) {
        return new StatusReport(mount, Optional.empty(), Optional.empty());
      }
    }
    throw new OcifsException(
            OcifsException.Kind.NOT_FOUND, "nothing of this store is mounted at " + path)
        .hint("ocifs mounts lists what is");
  }

  private int print(StatusReport report) throws IOException {
    if (json) {
      ocifs.console().println(report.json());
    } else {
      report.text().forEach(ocifs.console()::println);
    }
    ocifs.console().out().flush();
    return ExitCode.OK;
  }
}
