package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FsckCommandTest {
  @TempDir Path folder;
  private final TestConsole test = TestConsole.pipe();
  private Path root = Path.of("");

  @BeforeEach
  void index() throws IOException {
    Path layout = Files.createDirectory(folder.resolve("image"));
    SampleImage.write(layout);
    root = folder.resolve("store");
    assertThat(run("index", "--quiet", "oci:" + layout + ":demo")).isZero();
    test.out.reset();
  }

  private int run(String... words) {
    return test.run(
        Stream.concat(Stream.of(words), Stream.of("--root", root.toString()))
            .toArray(String[]::new));
  }

  private static String deadMount(String id) {
    return """
    id=%s
    pid=4194304
    pidStart=1
    dir=/none
    image=oci:/none
    backend=jnr
    since=2026-01-01T00:00:00Z
    log=/none
    """
        .formatted(id);
  }

  private Path tree() throws IOException {
    try (Stream<Path> trees = Files.list(root.resolve("ocifs/trees"))) {
      return trees.findFirst().orElseThrow();
    }
  }

  @Test
  void saysThatAStoreIsSound() {
    assertThat(run("fsck")).isZero();
    assertThat(test.out()).matches("\\Q" + root + "\\E: [0-9]+ files checked, all sound\n");
  }

  @Test
  void listsWhatItFindsAndMendsItWhenAsked() throws IOException {
    Path tree = tree();
    Files.write(tree, new byte[10]);
    assertThat(run("fsck")).isEqualTo(ExitCode.FINDINGS);
    assertThat(test.out())
        .contains(tree + ": ")
        .contains("; ocifs fsck --repair mends that\n")
        .endsWith(" 0 problems repaired, 1 left\n");
    assertThat(tree).exists();
    assertThat(run("fsck", "--repair")).isZero();
    assertThat(test.out()).contains("; removed, it is made again when needed\n");
    assertThat(tree).doesNotExist();
    assertThat(run("fsck")).isZero();
  }

  @Test
  void writesJson() throws IOException {
    Files.write(tree(), new byte[10]);
    assertThat(run("fsck", "--json")).isEqualTo(ExitCode.FINDINGS);
    assertThat(test.out())
        .contains("\"store\": \"" + root + "\"", "\"left\": 1", "\"repaired\": 0")
        .contains("\"file\": \"" + tree() + "\"", "\"state\": \"repairable\"");
  }

  @Test
  void tidiesUpAfterDeadServers() throws IOException {
    String id = "0f0e0d0c-0b0a-4909-8807-060504030201";
    Path mounts = root.resolve("ocifs/mounts");
    Files.writeString(mounts.resolve(id + ".mount"), deadMount(id));
    Path draft = Files.writeString(mounts.resolve("x.tmp"), "id=");
    Files.setLastModifiedTime(draft, FileTime.from(Instant.now().minusSeconds(3600)));
    Files.writeString(root.resolve("ocifs/server.sock"), "");
    assertThat(run("fsck")).isEqualTo(ExitCode.FINDINGS);
    assertThat(test.out())
        .contains("process 4194304 has ended without unmounting /none")
        .contains("it is no record of a mount", "its server has ended without removing it");
    assertThat(run("fsck", "--repair")).isZero();
    assertThat(mounts).isEmptyDirectory();
    assertThat(root.resolve("ocifs/server.sock")).doesNotExist();
    assertThat(run("fsck")).isZero();
  }

  @Test
  void makesNoStoreWhereThereIsNone() {
    root = folder.resolve("none");
    assertThat(run("fsck")).isEqualTo(3);
    assertThat(test.err()).contains("none is no store of ocifs; name the store with --root");
    assertThat(root).doesNotExist();
  }
}
