package dev.ocifs.tests.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a launcher: that of this source tree, never letting it build, or another. */
public final class Launcher {
  /** The source tree. */
  static final Path HOME = Path.of(System.getProperty("ocifs.home", "."));

  private static final long LIMIT_SECONDS = 120;

  private final Path folder;
  private final Path program;
  private final boolean inherits;
  private final Map<String, String> environment;

  /**
   * That of the source tree.
   *
   * @param folder for the store and for what processes write
   */
  public Launcher(Path folder) {
    this(folder, HOME.resolve("ocifs"), true, Map.of("OCIFS_NO_BUILD", "1"));
  }

  /**
   * Another.
   *
   * @param folder for the store and for what processes write
   * @param environment all of it, but for where the store is
   */
  Launcher(Path folder, Path program, Map<String, String> environment) {
    this(folder, program, false, environment);
  }

  private Launcher(Path folder, Path program, boolean inherits, Map<String, String> environment) {
    this.folder = folder;
    this.program = program;
    this.inherits = inherits;
    this.environment = environment;
  }

  /** What became of a process. */
  public record Result(int code, String out, String err) {}

  /** Whether there is something to run: with {@code mvn test} alone there are no jars. */
  public static boolean isBuilt() {
    return Files.exists(HOME.resolve("cli/target/ocifs.jar"))
        && Files.isDirectory(HOME.resolve("cli/target/lib"));
  }

  /** Whether this user can mount here. */
  public static boolean canMount() {
    Path device = Path.of("/dev/fuse");
    return Files.isReadable(device) && Files.isWritable(device);
  }

  /** The directory of the store. */
  public Path root() {
    return folder.resolve("store");
  }

  /** Runs a command line of the launcher to its end. */
  public Result run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(words));
    return finish(command);
  }

  /** Where the launcher lies. */
  public static Path home() {
    return HOME;
  }

  /** Runs a line of bash, in which {@code ocifs} is the launcher; arguments begin with $0. */
  public Result bash(String line, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", "-c"));
    command.add("ocifs() { '" + program + "' \"$@\"; }; " + line);
    command.addAll(List.of(arguments));
    return finish(command);
  }

  /** Starts a command line of the launcher. */
  Process start(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(words));
    return builder(command).start();
  }

  /** Output goes through pipes: a process that keeps one open is waited for, and found out. */
  private Result finish(List<String> command) throws IOException, InterruptedException {
    Process process = builder(command).start();
    process.getOutputStream().close();
    StringBuilder err = new StringBuilder();
    Thread reader =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    err.append(text(process.getErrorStream().readAllBytes()));
                  } catch (IOException e) {
                    err.append(e);
                  }
                });
    CompletableFuture.delayedExecutor(LIMIT_SECONDS, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
    String out = text(process.getInputStream().readAllBytes());
    reader.join();
    return new Result(process.waitFor(), out, err.toString());
  }

  private ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    if (!inherits) {
      builder.environment().clear();
    }
    builder.environment().putAll(environment);
    builder.environment().put("OCIFS_ROOT", root().toString());
    return builder;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
