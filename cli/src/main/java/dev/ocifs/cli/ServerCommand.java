package dev.ocifs.cli;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Asks the server of the store how it is, or ends it. */
@Command(
    name = "server",
    description = "Show the state of the store's server, or end it.",
    footer = {
      "",
      "The first mount starts the server, the last umount ends it. stop unmounts all;",
      "programs that use the files get errors from then on."
    })
final class ServerCommand implements Callable<Integer> {

  /** What to do. */
  enum Action {
    STATUS,
    STOP
  }

  private final Ocifs ocifs;

  @Parameters(paramLabel = "status|stop", description = "What to do.")
  Action action = Action.STATUS;

  ServerCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  @Override
  public Integer call() throws IOException {
    Optional<MountService> service = ocifs.service();
    if (service.isPresent()) {
      return inServer(service.get());
    }
    OptionalInt code = ocifs.askServer();
    if (code.isPresent()) {
      return code.getAsInt();
    }
    if (action == Action.STOP) {
      return ExitCode.OK; // nothing to stop
    }
    throw none(ocifs.store());
  }

  static OcifsException none(Store store) {
    return new OcifsException(
            OcifsException.Kind.NOT_FOUND, "the store " + store.root() + " has no server")
        .hint("the first ocifs mount starts one");
  }

  private Integer inServer(MountService service) throws IOException {
    if (action == Action.STOP) {
      service.close();
      return ExitCode.OK;
    }
    for (List<String> row : service.status()) {
      ocifs.console().println(String.format("%-10s %s", row.get(0), row.get(1)));
    }
    ocifs.console().out().flush();
    return ExitCode.OK;
  }
}
