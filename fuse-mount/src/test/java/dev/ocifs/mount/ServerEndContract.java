package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a mount when the process that serves it is told to end, or is killed. */
@Timeout(90)
public abstract class ServerEndContract {
  private static final long PATIENCE_SECONDS = 30;

  @TempDir Path temp;
  private Path dir = Path.of("");
  private Path log = Path.of("");
  private MountRegistry registry = new MountRegistry(Path.of(""));
  private Process server;

  /** The name of the backend under test. */
  protected abstract String backend();

  @BeforeEach
  void mountInAChild() throws Exception {
    Machine.assumeMountable(temp);
    dir = Files.createDirectory(temp.resolve("mnt"));
    log = temp.resolve("log");
    registry = new MountRegistry(temp.resolve("mounts"));
    server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                ChildServer.class.getName(),
                backend(),
                dir.toString(),
                temp.resolve("mounts").toString(),
                log.toString())
            .redirectErrorStream(true)
            .start();
    // The pipe ends while the server lives: it lets go of its caller's streams.
    String output = new String(server.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertThat(output).isEqualTo("mounted\n");
    assertThat(dir.resolve("file")).hasSize(1 << 20);
  }

  @AfterEach
  void clear() throws Exception {
    if (server != null) {
      server.destroyForcibly().waitFor();
      if (MountTable.at(dir).isPresent()) {
        Unmounter.unmount(dir, true);
      }
    }
  }

  private void signal(String name) throws Exception {
    Machine.run("kill", "-" + name, Long.toString(server.pid()));
    assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("it ends").isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void aSignalUnmounts(String name) throws Exception {
    signal(name);

    assertThat(MountTable.at(dir)).isEmpty();
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void aSignalUnmountsABusyMountToo() throws Exception {
    InputStream in = Files.newInputStream(dir.resolve("file"));
    assertThat(in.read()).isOne();
    signal("TERM");

    assertThat(MountTable.at(dir)).isEmpty();
    assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
  }

  @Test
  void aKilledServerLeavesADeadMountThatIsExplainedAndCleared() throws Exception {
    MountRegistry.Record known = registry.list().get(0);
    assertThat(known.pid()).isEqualTo(server.pid());
    assertThat(known.dir()).isEqualTo(dir.toRealPath());
    assertThat(known.alive()).isTrue();
    signal("KILL");

    assertThat(registry.list()).containsExactly(known);
    assertThat(known.alive()).isFalse();
    assertThatThrownBy(() -> MountPoint.check(dir))
        .hasMessageContaining("is a dead mount of child: its process is gone")
        .hasMessageContaining("clear it with: ocifs umount " + dir);
    Unmounter.unmount(dir, false);
    MountPoint.check(dir);
  }

  /** A program whose read the server has begun, and does not end before it is told to. */
  private Process waitingReader() throws Exception {
    Machine.run("mkfifo", temp.resolve("begun").toString(), temp.resolve("go").toString());
    Process reader =
        new ProcessBuilder(
                "dd", "if=" + dir.resolve("waiting"), "bs=4096", "count=1", "status=none")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(Files.readAllBytes(temp.resolve("begun"))).isEmpty();
    assertThat(reader.isAlive()).isTrue();
    return reader;
  }

  private static void assertFails(Process reader) throws Exception {
    assertThat(reader.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("the reader ends").isTrue();
    assertThat(reader.exitValue()).isNotZero();
    assertThat(reader.getInputStream().readAllBytes()).isEmpty();
  }

  @Test
  void readersOfAKilledServerGetAnErrorAndItsMountIsCleared() throws Exception {
    Process reader = waitingReader();
    signal("KILL");

    assertFails(reader);
    Unmounter.unmount(dir, false);
    MountPoint.check(dir);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void readersOfAServerThatIsToldToEndKeepItNot(String name) throws Exception {
    Process reader = waitingReader();
    signal(name);

    assertFails(reader);
    assertThat(MountTable.at(dir)).isEmpty();
  }

  @Test
  void aReadUnderWayKeepsAMountAndOutlivesALazyUnmount() throws Exception {
    Process reader = waitingReader();
    assertThatThrownBy(() -> Unmounter.unmount(dir, false)).hasMessageContaining("is busy");
    assertThat(dir.resolve("file")).hasSize(1 << 20);
    Unmounter.unmount(dir, true);
    assertThat(dir).isEmptyDirectory();
    assertThat(server.isAlive()).isTrue();
    Files.newOutputStream(temp.resolve("go")).close();

    assertThat(reader.getInputStream().readAllBytes()).hasSize(4096).containsOnly(2);
    assertThat(reader.waitFor()).isZero();
    assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("the server ends").isTrue();
    assertThat(server.exitValue()).isZero();
  }

  @Test
  void anUnmountFromAnotherProcessEndsTheServer() throws Exception {
    Unmounter.unmount(dir, false);

    assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isZero();
    assertThat(Files.readString(log)).isEqualTo("input: -1\nerrors too\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
        .isEqualTo("rw-------");
  }
}
