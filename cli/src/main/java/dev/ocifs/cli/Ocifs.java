package dev.ocifs.cli;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.mount.server.ServerClient;
import dev.ocifs.mount.server.ServerRequest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.registry.config.RegistryVariables;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
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
      "  PATH[:REF]                  any of these, told by what is there",
      "  docker://HOST/NAME[:TAG]    an image of a registry, or of the store",
      "  NAME[:TAG]                  the same, found as podman finds short names"
    })
final class Ocifs implements Runnable {
  /**
   * Where a command line comes from.
   *
   * @param directory what its relative paths start from
   * @param service what serves mounts, when the command runs inside a server
   * @param gone whether nobody waits for the command any more
   */
  record Place(Path directory, Optional<MountService> service, BooleanSupplier gone) {
    /** This process, and its directory. */
    static final Place HERE =
        new Place(Path.of("").toAbsolutePath(), Optional.empty(), () -> false);
  }

  private final Console console;
  private final Place place;
  private final List<String> arguments;

  /** For a command that runs by itself. */
  private final Registries own = new Registries(this::store, this::environment);

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

  Ocifs(Console console, Place place, String... arguments) {
    this.console = console;
    this.place = place;
    this.arguments = List.of(arguments);
  }

  /** Runs one command line from the first word to the exit code; never throws. */
  static int run(Console console, String... args) {
    return run(console, Place.HERE, args);
  }

  /** The same for a command line that comes from another process. */
  static int run(Console console, Place place, String... args) {
    Ocifs ocifs = new Ocifs(console, place, args);
    Failure failure = new Failure(console, ocifs);
    try (Registries own = ocifs.own) {
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

  /** What the relative paths of the command line start from. */
  Path directory() {
    return place.directory();
  }

  /** A path of the command line, absolute. */
  Path resolve(String path) throws OcifsException {
    try {
      return place.directory().resolve(path);
    } catch (InvalidPathException e) {
      throw new OcifsException(OcifsException.Kind.USAGE, "'" + path + "' is no path", e);
    }
  }

  /** What serves mounts, when the command runs inside a server. */
  Optional<MountService> service() {
    return place.service();
  }

  /** The registries that images are got from; those of the server, for a command inside one. */
  Registries registries() {
    return place.service().map(MountService::registries).orElse(own);
  }

  /** What the environment of whoever gave the command says about registries. */
  RegistryVariables registryVariables() {
    return RegistryVariables.of(console.env(), place.directory());
  }

  private Map<String, String> environment() {
    return console.env();
  }

  /** Whether nobody waits for the command any more. */
  boolean isGone() {
    return place.gone().getAsBoolean();
  }

  /** The words of the command line. */
  List<String> arguments() {
    return arguments;
  }

  /**
   * Has the server of the store run this command line.
   *
   * @return its exit code, empty when there is no server
   */
  OptionalInt askServer() throws IOException {
    return askServer(store(), arguments);
  }

  /** The same for another command line. */
  OptionalInt askServer(Store store, List<String> words) throws IOException {
    return ServerClient.call(
        store.serverSocket(),
        new ServerRequest(
            directory(), console.errIsTerminal(), registryVariables().values(), words),
        console.out(),
        console.err());
  }

  /** Shows how indexing gets on, and ends it when nobody waits any more. */
  IndexListener progress() {
    return new WhileAwaited(IndexProgress.create(this), place.gone());
  }

  /** The same for something else than indexing; what is drawn is not of this listener. */
  IndexListener whileAwaited(IndexListener next) {
    return new WhileAwaited(next, place.gone());
  }

  /** Opens the store that the options and the environment name. */
  Store store() throws IOException {
    Optional<MountService> service = place.service();
    return service.isPresent() ? service.get().store() : Store.open(storeRoot());
  }

  /** Where the store lies that the options and the environment name. */
  Path storeRoot() throws OcifsException {
    if (root != null) {
      return place.directory().resolve(root);
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
