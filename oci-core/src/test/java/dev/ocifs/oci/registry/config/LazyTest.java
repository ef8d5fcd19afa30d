package dev.ocifs.oci.registry.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that names no registry pays for none: what is heavy is loaded when it is needed. */
class LazyTest {
  @TempDir private Path folder;

  /** Runs this class' {@code main} in a JVM of its own and returns the classes that it loaded. */
  private static String loadedBy(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load",
                "-cp",
                System.getProperty("java.class.path"),
                LazyTest.class.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  public static void main(String[] arguments) throws IOException {
    TestMachine machine = new TestMachine(Path.of(arguments[0]));
    RegistryConfig config = machine.config();
    for (int i = 1; i < arguments.length; i++) {
      System.out.println("resolved " + config.resolve(arguments[i]));
    }
    System.out.println("done");
  }

  @Test
  void nothingHeavyIsLoadedBeforeAFileIsRead() throws IOException {
    assertThat(loadedBy(folder.toString(), "r.io/app", "docker://app", "app"))
        .contains("done")
        .contains("resolved [docker.io/library/app:latest]")
        .doesNotContain("tools.jackson")
        .doesNotContain("java.net.http.")
        .doesNotContain("javax.net.ssl.SSLContextSpi")
        .doesNotContain("org.bouncycastle");
  }

  @Test
  void aFileIsReadByALibrary() throws IOException {
    new TestMachine(folder)
        .root("etc/containers/registries.conf", "[aliases]\napp = \"a.io/app\"\n");
    assertThat(loadedBy(folder.toString(), "app"))
        .contains("resolved [a.io/app:latest]")
        .contains("tools.jackson.dataformat.toml");
  }
}
