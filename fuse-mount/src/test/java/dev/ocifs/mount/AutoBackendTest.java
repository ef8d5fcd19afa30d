package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is taken when nobody says which backend, and what that loads. */
@Timeout(90)
class AutoBackendTest {
  @TempDir Path temp;

  @Test
  void theKernelIsSpokenToDirectlyAndNothingOfJnrIsLoaded() throws Exception {
    Machine.assumeMountable(temp);
    Path dir = Files.createDirectory(temp.resolve("mnt"));
    Path classes = temp.resolve("classes");
    Process server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xlog:class+load:file=" + classes,
                "-cp",
                System.getProperty("java.class.path"),
                ChildServer.class.getName(),
                MountOptions.AUTO,
                dir.toString(),
                temp.resolve("mounts").toString(),
                temp.resolve("log").toString())
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(new String(server.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .isEqualTo("mounted\n");
      assertThat(dir.resolve("file")).hasSize(1 << 20);
      Unmounter.unmount(dir, false);
      assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      server.destroyForcibly().waitFor();
      if (MountTable.at(dir).isPresent()) {
        Unmounter.unmount(dir, true);
      }
    }
    List<String> loaded = Files.readAllLines(classes);
    assertThat(loaded).anyMatch(line -> line.contains("dev.ocifs.mount.kernel.KernelSession"));
    assertThat(loaded)
        .noneMatch(line -> line.contains("jnr.ffi.") || line.contains("ru.serce."))
        .noneMatch(line -> line.contains("dev.ocifs.mount.jnr."));
  }

  @Test
  void theMountKnowsWhichBackendServesIt() throws Exception {
    Machine.assumeMountable(temp);
    FakeImageView view = new FakeImageView();
    Path first = Files.createDirectory(temp.resolve("first"));
    Path second = Files.createDirectory(temp.resolve("second"));
    MountOptions options = MountOptions.defaults();
    try (Mounter mounter = new Mounter()) {
      assertThat(mounter.mount(new MountRequest(view, first, "x", options)).backend())
          .isEqualTo("kernel");
      MountOptions jnr = options.withBackend("jnr").withThreads(1);
      assertThat(mounter.mount(new MountRequest(view, second, "x", jnr)).backend())
          .isEqualTo("jnr");
    }
  }
}
