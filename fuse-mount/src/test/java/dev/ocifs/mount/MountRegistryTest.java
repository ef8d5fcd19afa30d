package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of registered mounts and the table of the kernel. */
class MountRegistryTest {
  @TempDir Path temp;

  @Test
  void aRegisteredMountIsListedUntilItIsRemoved() throws Exception {
    Path folder = temp.resolve("a/b");
    MountRegistry registry = new MountRegistry(folder);
    assertThat(registry.list()).isEmpty();
    Path odd = Files.createDirectory(temp.resolve("100%\nof=it"));
    MountRegistry.Record first = registry.register(odd, "img\nx", "jnr", temp.resolve("log"));

    assertThat(new MountRegistry(folder).list()).containsExactly(first);
    assertThat(first.pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(first.image()).isEqualTo("img\\nx");
    assertThat(first.alive()).as("nothing is mounted there").isFalse();
    registry.remove(first.id());
    registry.remove(first.id());
    assertThat(registry.list()).isEmpty();
  }

  @Test
  void filesThatMakeNoSenseAreNoMounts() throws Exception {
    Files.writeString(temp.resolve("x.mount"), "id=1\npid=many\n");
    Files.write(temp.resolve("y.mount"), new byte[] {-1, -2});
    Files.writeString(temp.resolve("z.tmp"), "");

    assertThat(new MountRegistry(temp).list()).isEmpty();
  }

  @Test
  void linesOfTheMountTableAreReadWithTheirEscapes() {
    MountTable.Entry entry =
        MountTable.parse(
                "36 35 0:42 / /a\\040b\\134c rw,nosuid shared:1 master:2 - fuse.ocifs i\\011m ro,x=1")
            .orElseThrow();

    assertThat(entry)
        .isEqualTo(
            new MountTable.Entry(
                Path.of("/a b\\c"), "fuse.ocifs", "i\tm", "rw,nosuid,ro,x=1", "0:42"));
    assertThat(MountTable.parse("36 35 0:42 / /a rw")).isEmpty();
  }
}
