package dev.ocifs.tests.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs the launcher of this source tree, never letting it build. */
final class Launcher {
  private static final Path HOME = Path.of(System.getProperty("ocifs.home", "."));
  private static final long LIMIT_SECONDS = 120;

  private final Path folder;

  /**
   * A launcher.
   *
   * @param folder for the store and for what processes write
   */
  Launcher(Path folder) {
    this.folder = folder;
  }

  /** What became of a process. */
  record Result(int code, String out, String err) {}

  /** Whether there is something to run: with {@code mvn test} alone there are no jars. */
  static boolean isBuilt() {
    return Files.exists(HOME.resolve("cli/target/ocifs.jar"))
        && Files.isDirectory(HOME.resolve("cli/target/lib"));
  }

  /** Whether this user can mount here. */
  static boolean canMount() {
    Path device = Path.of("/dev/fuse");
    return Files.isReadable(device) && Files.isWritable(device);
  }

  /** The directory of the store. */
  Path root() {
    return folder.resolve("store");
  }

  /** Runs a command line of the launcher to its end. */
  Result run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(HOME.resolve("ocifs").toString()));
    command.addAll(List.of(words));
    return finish(command);
  }

  /** Where the launcher lies. */
  static Path home() {
    return HOME;
  }

  /** Runs a line of bash, in which {@code ocifs} is the launcher; arguments begin with $0. */
  Result bash(String line, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", "-c"));
    command.add("ocifs() { '" + HOME + "/ocifs' \"$@\"; }; " + line);
    command.addAll(List.of(arguments));
    return finish(command);
  }

  /** Starts a command line of the launcher. */
  Process start(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(HOME.resolve("ocifs").toString()));
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
    builder.environment().put("OCIFS_NO_BUILD", "1");
    builder.environment().put("OCIFS_ROOT", root().toString());
    return builder;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
