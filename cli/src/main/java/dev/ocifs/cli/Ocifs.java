package dev.ocifs.cli;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command without a subcommand, and the options that all share: they work before and after the
 * name of the subcommand.
 */
@Command(
    name = "ocifs",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Version.class,
    description =
        "Shows the files of OCI and Docker images, straight from their compressed layers.",
    optionListHeading = "%nOptions, before or after the command:%n",
    commandListHeading = "%nCommands (ocifs COMMAND --help says more):%n",
    exitCodeListHeading = "%nExit codes:%n",
    footerHeading = "%nImages:%n",
    footer = {
      "  oci:DIR[:REF]               an OCI layout in a directory",
      "  oci-archive:FILE[:REF]      an OCI layout in a tar archive",
      "  docker-archive:FILE[:REF]   what docker save writes",
      "  PATH[:REF]                  any of these, told by what is there"
    })
final class Ocifs implements Runnable {
  private final Console console;

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--root",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description =
          "The store, where indices are kept (default: $$OCIFS_ROOT, /var/lib/ocifs for root,"
              + " ~/.local/share/ocifs for others).")
  @Nullable Path root;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "No progress, no remarks; errors only.")
  boolean quiet;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "More about what happens, and stack traces.")
  boolean debug;

  @Option(
      names = {"-h", "--help"},
      scope = ScopeType.INHERIT,
      usageHelp = true,
      description = "This text.")
  boolean help;

  @Option(names = "--version", versionHelp = true, description = "Which version this is.")
  boolean version;

  Ocifs(Console console) {
    this.console = console;
  }

  /** Runs one command line from the first word to the exit code; never throws. */
  static int run(Console console, String... args) {
    Ocifs ocifs = new Ocifs(console);
    Failure failure = new Failure(console, ocifs);
    try {
      int code = commandLine(ocifs, failure, args).execute(args);
      console.out().flush();
      return code;
    } catch (Exception | Error e) {
      return failure.report(e);
    }
  }

  /** The parser, with the subcommands that the arguments can mean; with all, for none. */
  static CommandLine commandLine(Ocifs ocifs, Failure failure, String... args) {
    CommandLine line = new CommandLine(ocifs);
    for (Commands command : Commands.amongst(args)) {
      line.addSubcommand(command.label(), command.create(ocifs));
    }
    line.getCommandSpec().usageMessage().exitCodeList(exitCodes());
    return line.setOut(new PrintWriter(ocifs.console.out(), false, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(ocifs.console.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(ocifs.console.outIsTerminal() ? Ansi.ON : Ansi.OFF))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setAbbreviatedOptionsAllowed(false)
        .setAllowSubcommandsAsOptionParameters(true)
        .setUsageHelpAutoWidth(false)
        .setParameterExceptionHandler(failure)
        .setExecutionExceptionHandler(failure);
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    for (String row : ExitCode.table()) {
      int colon = row.indexOf(':');
      codes.put(row.substring(0, colon), row.substring(colon + 1));
    }
    return codes;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "no command given");
  }

  Console console() {
    return console;
  }

  boolean quiet() {
    return quiet;
  }

  boolean debug() {
    return debug;
  }

  /** A remark on standard error, for {@code --debug} only. */
  void trace(String line) {
    if (debug) {
      console.message(line);
    }
  }

  /** Opens the store that the options and the environment name. */
  Store store() throws IOException {
    return Store.open(storeRoot());
  }

  private Path storeRoot() throws OcifsException {
    if (root != null) {
      return root;
    }
    try {
      boolean isRoot = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
      return Store.defaultRoot(console.env(), isRoot);
    } catch (IOException e) {
      throw new OcifsException(OcifsException.Kind.IO, "/proc cannot be read", e)
          .hint("mount it, or name the store with --root");
    }
  }
}
