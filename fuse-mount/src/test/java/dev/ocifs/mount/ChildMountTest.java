package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a mount when its process is told to end, or is killed. */
@Timeout(90)
class ChildMountTest {
  @TempDir Path temp;
  private Path dir = Path.of("");
  private Path log = Path.of("");
  private MountRegistry registry = new MountRegistry(Path.of(""));
  private Process child;

  @BeforeEach
  void mountInAChild() throws Exception {
    Machine.assumeFuse();
    dir = Files.createDirectory(temp.resolve("dir"));
    log = temp.resolve("log");
    registry = new MountRegistry(temp.resolve("mounts"));
    child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-Xmx64m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    ChildMount.class.getName(),
                    dir.toString(),
                    temp.resolve("mounts").toString(),
                    log.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    // Its end of the pipe is closed when its output goes to the log.
    assertThat(new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .isEqualTo("mounted\n");
  }

  @AfterEach
  void clear() throws Exception {
    if (child != null) {
      child.destroyForcibly().waitFor();
      if (MountTable.at(dir).isPresent()) {
        Unmounter.unmount(dir, true);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void aSignalUnmounts(String signal) throws Exception {
    assertThat(Files.size(dir.resolve("file"))).isEqualTo(500_000);
    Machine.run("kill", "-" + signal, Long.toString(child.pid()));

    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(MountTable.at(dir)).isEmpty();
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void aSignalUnmountsABusyMountToo() throws Exception {
    InputStream in = Files.newInputStream(dir.resolve("file"));
    assertThat(in.read()).isZero();
    Machine.run("kill", "-TERM", Long.toString(child.pid()));

    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(MountTable.at(dir)).isEmpty();
    Machine.assertCutOff(in, 490_000);
  }

  @Test
  void theRegistryTellsALiveMountFromADeadOneWhichIsExplainedAndCleared() throws Exception {
    MountRegistry.Record mount = registry.list().get(0);
    assertThat(mount.pid()).isEqualTo(child.pid());
    assertThat(mount.dir()).isEqualTo(dir.toRealPath());
    assertThat(mount.alive()).isTrue();

    Machine.run("kill", "-KILL", Long.toString(child.pid()));
    child.waitFor();

    assertThat(mount.alive()).isFalse();
    assertThatThrownBy(() -> MountPoint.check(dir))
        .hasMessageContaining("dead mount of child")
        .hasMessageContaining("clear it with: ocifs umount " + dir);
    Unmounter.unmount(dir, false);
    assertThat(dir).isEmptyDirectory();
    MountPoint.check(dir);
  }

  @Test
  void aMountOfAnotherProcessIsUnmountedAndThatProcessEnds() throws Exception {
    Unmounter.unmount(dir, false);

    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).isZero();
    assertThat(registry.list().get(0).alive()).isFalse();
  }

  @Test
  void outputGoesToALogOfTheUserAlone() throws Exception {
    Unmounter.unmount(dir, false);
    child.waitFor();

    assertThat(Files.readString(log)).startsWith("detached\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
        .isEqualTo("rw-------");
  }

  @Test
  void onlyMountsOfOcifsAreUnmounted() {
    assertThatThrownBy(() -> Unmounter.unmount(Path.of("/proc"), true))
        .hasMessageContaining("not of ocifs");
    assertThatThrownBy(() -> Unmounter.unmount(temp, true))
        .hasMessageContaining("nothing is mounted at " + temp);
  }
}
