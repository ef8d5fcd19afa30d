package dev.ocifs.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks the server of the store what it does and has done. */
@Command(
    name = "stats",
    description = "Show what the store's server serves, and how its caches do.")
final class StatsCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  StatsCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  @Override
  public Integer call() throws IOException {
    Optional<MountService> service = ocifs.service();
    if (service.isPresent()) {
      StatsReport report = service.get().report();
      if (json) {
        ocifs.console().println(report.json());
      } else {
        report.text().forEach(ocifs.console()::println);
      }
      ocifs.console().out().flush();
      return ExitCode.OK;
    }
    OptionalInt code = ocifs.askServer();
    if (code.isEmpty()) {
      throw ServerCommand.none(ocifs.store());
    }
    return code.getAsInt();
  }
}
