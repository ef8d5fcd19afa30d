package dev.ocifs.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.mount.MountTable;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One server for all mounts of a store, and batches of them, by the launcher. */
class ServerTest {
  private static final Pattern PID = Pattern.compile("\"pid\": ([0-9]+)");

  @TempDir Path folder;
  private Launcher ocifs = new Launcher(Path.of(""));
  private String image = "";
  private final List<Path> dirs = new ArrayList<>();

  @BeforeEach
  void prepare() throws IOException {
    assumeTrue(Launcher.isBuilt(), "the launcher has no jars: run mvn verify");
    assumeTrue(Launcher.canMount(), "this user cannot open /dev/fuse");
    ocifs = new Launcher(folder);
    Path layout =
        OciLayoutWriter.write(
            folder.resolve("image"), TestImage.ofEntries(List.of(List.of(Entry.file("f", "x")))));
    image = "oci:" + layout;
    for (int i = 0; i < 3; i++) {
      dirs.add(Files.createDirectory(folder.resolve("m" + i)));
    }
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    for (Path dir : dirs) {
      if (MountTable.at(dir).isPresent()) {
        ocifs.run("umount", "--lazy", dir.toString());
      }
    }
  }

  private List<String> pids() throws IOException, InterruptedException {
    Matcher matcher = PID.matcher(ocifs.run("mounts", "--json").out());
    List<String> pids = new ArrayList<>();
    while (matcher.find()) {
      pids.add(matcher.group(1));
    }
    return pids;
  }

  private Launcher.Result mount(int at) throws IOException, InterruptedException {
    return ocifs.run("mount", "-q", image, dirs.get(at).toString());
  }

  @Test
  void allMountsHaveOneServerThatEndsWithTheLast() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(mount(i)).isEqualTo(new Launcher.Result(0, "", ""));
      assertThat(dirs.get(i).resolve("f")).hasContent("x");
    }
    List<String> pids = pids();
    assertThat(pids).hasSize(3).containsOnly(pids.get(0));
    assertThat(ocifs.run("server", "status").out())
        .containsPattern("process +" + pids.get(0))
        .containsPattern("mounts +3");

    assertThat(ocifs.run("umount", dirs.get(0).toString()).code()).isZero();
    assertThat(dirs.get(1).resolve("f")).hasContent("x");
    assertThat(ocifs.run("umount", "--all")).isEqualTo(new Launcher.Result(0, "", ""));
    assertThat(ocifs.bash("tail --pid=" + pids.get(0) + " -f /dev/null").code()).isZero();
    assertThat(ocifs.run("server", "status").code()).isEqualTo(3);
    assertThat(ocifs.root().resolve("ocifs/server.sock")).doesNotExist();
    assertThat(ocifs.root().resolve("ocifs/mounts")).isEmptyDirectory();
  }

  @Test
  void fsckLeavesAServerAloneAndTidiesUpAfterAKilledOne() throws Exception {
    assertThat(mount(0).code()).isZero();
    assertThat(mount(1).code()).isZero();
    Launcher.Result beside = ocifs.run("fsck", "--repair");
    assertThat(beside.out()).endsWith(" files checked, all sound\n");
    assertThat(beside.code()).isZero();
    assertThat(dirs.get(0).resolve("f")).hasContent("x");
    assertThat(pids()).hasSize(2);

    String pid = pids().get(0);
    ocifs.bash("kill -9 " + pid + "; tail --pid=" + pid + " -f /dev/null");
    Launcher.Result after = ocifs.run("fsck");
    assertThat(after.code()).as(after.out()).isEqualTo(11);
    assertThat(after.out())
        .contains("process " + pid + " has ended without unmounting " + dirs.get(1))
        .contains("server.sock: its server has ended");
    Launcher.Result repaired = ocifs.run("fsck", "--repair");
    assertThat(repaired.code()).as(repaired.out()).isZero();
    assertThat(ocifs.root().resolve("ocifs/mounts")).isEmptyDirectory();
    assertThat(MountTable.at(dirs.get(0))).isEmpty();
    assertThat(ocifs.run("fsck", "-q")).isEqualTo(new Launcher.Result(0, "", ""));
  }

  @Test
  void takesRelativePathsFromWhereTheCommandIs() throws Exception {
    assertThat(mount(0).code()).isZero();
    Launcher.Result second =
        ocifs.bash("cd '" + folder + "' && ocifs mount -q oci:image m1 && cat m1/f");
    assertThat(second).isEqualTo(new Launcher.Result(0, "x", ""));
  }

  @Test
  void refusesInTheServerAsItDoesWithout() throws Exception {
    assertThat(mount(0).code()).isZero();
    Launcher.Result again = mount(0);
    assertThat(again.code()).isEqualTo(9);
    assertThat(again.err()).startsWith("ocifs: ").contains("already a mount point");
    Launcher.Result none = ocifs.run("mount", "oci:/none", dirs.get(1).toString());
    assertThat(none.code()).isEqualTo(3);
    assertThat(none.err()).contains("no such file or directory: /none");
    assertThat(pids()).hasSize(1);
  }

  @Test
  void mountsABatchAndGoesOnWhenOneFails() throws Exception {
    Path list = folder.resolve("list");
    Files.writeString(
        list, image + " " + dirs.get(0) + "\noci:/none " + dirs.get(1) + "\n" + image + " m2\n");
    Launcher.Result result =
        ocifs.bash("cd '" + folder + "' && ocifs mount --batch list </dev/null");
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err().lines()).hasSize(2).last().isEqualTo("ocifs: 2 mounted, 1 failed");
    assertThat(result.err()).startsWith("ocifs: " + dirs.get(1) + ": ").contains("/none");
    assertThat(dirs.get(0).resolve("f")).hasContent("x");
    assertThat(dirs.get(2).resolve("f")).hasContent("x");
    assertThat(dirs.get(1)).isEmptyDirectory();
  }

  @Test
  void mountsABatchFromStandardInputThroughAServer() throws Exception {
    assertThat(mount(0).code()).isZero();
    Launcher.Result result =
        ocifs.bash(
            "cd '" + folder + "' && echo '" + image + " m1' | ocifs mount --batch - && cat m1/f");
    assertThat(result).isEqualTo(new Launcher.Result(0, "x", "ocifs: 1 mounted\n"));
    assertThat(pids()).hasSize(2);
  }

  @Test
  void mountsNothingOfABatchThatIsAllOrNothing() throws Exception {
    Path list = folder.resolve("list");
    Path file = Files.writeString(folder.resolve("no-directory"), "");
    // One failure when images are opened, one when they are mounted.
    for (String bad : List.of("oci:/none " + dirs.get(1), image + " " + file)) {
      Files.writeString(list, image + " " + dirs.get(0) + "\n" + bad + "\n");
      Launcher.Result result = ocifs.run("mount", "--all-or-nothing", "--batch", list.toString());
      assertThat(result.code()).isNotZero();
      assertThat(result.err()).endsWith("ocifs: 0 mounted, 2 failed\n");
      assertThat(dirs.get(0)).isEmptyDirectory();
    }
    assertThat(pids()).isEmpty();
    assertThat(ocifs.root().resolve("ocifs/server.sock")).doesNotExist();
  }

  @Test
  void theNextMountRepairsWhatAKilledServerLeft() throws Exception {
    assertThat(mount(0).code()).isZero();
    assertThat(mount(1).code()).isZero();
    String pid = pids().get(0);
    assertThat(ocifs.bash("kill -9 " + pid + "; tail --pid=" + pid + " -f /dev/null").code())
        .isZero();
    assertThat(MountTable.at(dirs.get(1))).isPresent();
    assertThat(mount(0)).isEqualTo(new Launcher.Result(0, "", ""));
    assertThat(dirs.get(0).resolve("f")).hasContent("x");
    assertThat(MountTable.at(dirs.get(1))).isEmpty();
    assertThat(pids()).hasSize(1).doesNotContain(pid);
  }

  @Test
  void stopUnmountsAll() throws Exception {
    assertThat(mount(0).code()).isZero();
    assertThat(mount(1).code()).isZero();
    String pid = pids().get(0);
    assertThat(ocifs.run("server", "stop")).isEqualTo(new Launcher.Result(0, "", ""));
    assertThat(ocifs.bash("tail --pid=" + pid + " -f /dev/null").code()).isZero();
    assertThat(dirs.get(0)).isEmptyDirectory();
    assertThat(dirs.get(1)).isEmptyDirectory();
    assertThat(ocifs.run("server", "stop").code()).as("nothing to stop").isZero();
  }

  @Test
  void manyFirstMountsAtOnceEndWithOneServer() throws Exception {
    StringBuilder line = new StringBuilder();
    for (Path dir : dirs) {
      line.append("ocifs mount -q '" + image + "' '" + dir + "' & ");
    }
    assertThat(ocifs.bash(line + "wait")).isEqualTo(new Launcher.Result(0, "", ""));
    List<String> pids = pids();
    assertThat(pids).hasSize(3).containsOnly(pids.get(0));
    for (Path dir : dirs) {
      assertThat(dir.resolve("f")).hasContent("x");
    }
  }
}
