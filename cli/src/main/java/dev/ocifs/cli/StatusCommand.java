package dev.ocifs.cli;

import dev.ocifs.mount.MountRegistry;
import dev.ocifs.mount.MountTable;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows one mount, and how much of it the kernel reads by itself. */
@Command(name = "status", description = "Show a mount, and how much of it is native by now.")
final class StatusCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Parameters(arity = "1", paramLabel = "DIR", description = "Where the image is mounted.")
  String dir = "";

  StatusCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  @Override
  public Integer call() throws IOException {
    Path path = MountTable.resolve(ocifs.resolve(dir));
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
