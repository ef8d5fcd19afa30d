package dev.ocifs.tests.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs that tests run, and what must be there for them. */
public final class Tools {
  /** What a program said and how it ended. */
  public record Result(int code, String out, String err) {}

  private Tools() {}

  /** The launcher, where mounting is possible; elsewhere the test is skipped. */
  static Path launcher() {
    assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse: nothing can be mounted");
    return Path.of(System.getProperty("ocifs.home")).resolve("ocifs");
  }

  public static Result run(String... command) throws IOException {
    return run(List.of(command));
  }

  public static Result run(List<String> command) throws IOException {
    Path out = Files.createTempFile("ocifs-test", ".out");
    Path err = Files.createTempFile("ocifs-test", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(new ArrayList<>(command))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      // The jars are those of this build.
      builder.environment().put("OCIFS_NO_BUILD", "1");
      Process process = builder.start();
      process.getOutputStream().close();
      int code = process.onExit().join().exitValue();
      return new Result(
          code,
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  public static boolean has(String program) throws IOException {
    return run("sh", "-c", "command -v " + program).code == 0;
  }
}
