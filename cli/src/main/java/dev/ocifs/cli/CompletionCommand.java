package dev.ocifs.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** Prints a script that makes bash complete commands and options. */
@Command(
    name = "completion",
    description = "Print a script for the completion of commands and options in bash.",
    footer = {"", "Use it by: source <(ocifs completion)"})
final class CompletionCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  CompletionCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  @Override
  public Integer call() {
    Failure failure = new Failure(ocifs.console(), ocifs);
    ocifs.console().println(AutoComplete.bash("ocifs", Ocifs.commandLine(ocifs, failure)));
    return ExitCode.OK;
  }
}
