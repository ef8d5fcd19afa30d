package dev.ocifs.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountTable;
import dev.ocifs.mount.Mounter;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.tests.image.OciLayoutWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * 64 readers of a mount find every byte right while the kernel takes back memory: they and the
 * server are in a control group without room for files, and all caches are dropped over and over.
 * {@code -Docifs.pressure=60} goes on for 60 seconds, {@code -Docifs.test.seed} says which tree.
 */
class PressureTest {
  private static final long SEED = Long.getLong("ocifs.test.seed", 1);
  private static final int SECONDS = Integer.getInteger("ocifs.pressure", 0);
  private static final int READERS = 64;

  /** Each block is read several times, at least. */
  private static final int BLOCKS_READ = 2500;

  private static final Content CONTENT = new Content(SEED, 60, 20);
  private static final Path DROP = Path.of("/proc/sys/vm/drop_caches");

  @TempDir Path folder;
  private Launcher ocifs = new Launcher(Path.of(""));
  private Path dir = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    assumeTrue(Launcher.isBuilt(), "the launcher has no jars: run mvn verify");
    assumeTrue("root".equals(System.getProperty("user.name")), "not root");
    ocifs = new Launcher(folder);
    dir = Files.createDirectory(folder.resolve("mnt"));
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (MountTable.at(dir).isPresent()) {
      ocifs.run("umount", "--lazy", dir.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"kernel", "jnr", "erofs"})
  void everyReaderFindsEveryByte(String backend) throws Exception {
    assumeMountable(backend);
    Path layout = OciLayoutWriter.write(folder.resolve("image"), CONTENT.image());
    Optional<MemoryGroup> group = MemoryGroup.create();
    String enter = group.map(MemoryGroup::enter).orElse("");
    try {
      String mount = "ocifs mount -q --backend " + backend + " 'oci:" + layout + "' '" + dir + "'";
      assertThat(ocifs.bash(enter + mount)).isEqualTo(new Launcher.Result(0, "", ""));
      Process readers = readers(enter);
      while (!readers.waitFor(50, TimeUnit.MILLISECONDS)) {
        Files.writeString(DROP, "3");
        if (group.isPresent()) {
          group.get().tighten();
        }
      }
      String said = new String(readers.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      System.out.println(backend + ", seed " + SEED + ", in a group: " + group + ": " + said);
      assertThat(readers.exitValue()).as(said).isZero();
    } finally {
      if (group.isPresent()) {
        group.get().relax();
      }
      unmount();
      if (group.isPresent()) {
        group.get().close();
      }
    }
  }

  private void assumeMountable(String backend) throws IOException {
    try {
      Mounter.check(dir, MountOptions.defaults().withBackend(backend));
    } catch (OcifsException e) {
      assumeTrue(false, e.getMessage());
    }
  }

  private Process readers(String enter) throws IOException {
    List<String> command = new ArrayList<>(List.of("bash", "-c", enter + "exec \"$@\"", "bash"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx96m", "-XX:+UseSerialGC", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), Readers.class.getName()));
    command.addAll(List.of(dir.toString(), Long.toString(CONTENT.seed())));
    for (int number :
        new int[] {CONTENT.files(), CONTENT.blocks(), READERS, BLOCKS_READ, SECONDS}) {
      command.add(Integer.toString(number));
    }
    Path log = folder.resolve("readers.log");
    return new ProcessBuilder(command).redirectError(log.toFile()).start();
  }
}
