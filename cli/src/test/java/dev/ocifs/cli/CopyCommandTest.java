package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copying as a user types it, between places of this machine. */
class CopyCommandTest {
  private static final int USAGE = ExitCode.of(OcifsException.Kind.USAGE);

  @TempDir Path folder;
  private final TestConsole test = TestConsole.pipe();
  private String image = "";
  private String root = "";

  @BeforeEach
  void writeImage() throws IOException {
    Path layout = Files.createDirectory(folder.resolve("image"));
    SampleImage.write(layout);
    image = "oci:" + layout + ":demo";
    root = folder.resolve("store").toString();
  }

  @Test
  void saysTheDigestThatTheImageKeeps() throws IOException {
    String archive = "oci-archive:" + folder.resolve("a.tar") + ":x";
    assertThat(test.run("copy", "--root", root, image, archive)).as(test.err()).isZero();
    assertThat(test.run("copy", "--root", root, archive, "name:1")).as(test.err()).isZero();
    String index = Files.readString(folder.resolve("image/index.json"));
    String[] words = test.out().split("[ \n]", -1);
    assertThat(words).containsExactly(words[0], archive, words[0], "localhost/name:1", "");
    assertThat(index).contains(words[0]);
    assertThat(test.err()).isEmpty();
  }

  @Test
  void anImageOfTheStoreIsFoundByItsName() {
    assertThat(test.run("copy", "-q", "--root", root, image, "name:1")).isZero();
    String archive = "docker-archive:" + folder.resolve("a.tar");
    assertThat(test.run("copy", "-q", "--root", root, "name:1", archive)).as(test.err()).isZero();
    assertThat(test.run("ls", "--root", root, archive)).isZero();
    assertThat(test.out()).isEqualTo("app\nbin\netc\nlib\nusr\nvar\n");
  }

  @Test
  void anArchiveThatExistsIsReplacedByForce() throws IOException {
    Path file = Files.writeString(folder.resolve("a.tar"), "precious");
    String archive = "docker-archive:" + file;
    assertThat(test.run("copy", "--root", root, image, archive)).isEqualTo(USAGE);
    assertThat(test.err()).contains("exists", "--force");
    assertThat(file).hasContent("precious");
    assertThat(test.run("copy", "--force", "--root", root, image, archive)).isZero();
    assertThat(Files.size(file)).isGreaterThan(1000);
  }

  @Test
  void whatIsNoDestinationIsRefused() {
    for (String destination : new String[] {"./x", "", "oci:", "docker:x", "docker://A/b"}) {
      assertThat(test.run("copy", "--root", root, image, destination))
          .as(destination)
          .isEqualTo(USAGE);
    }
    for (String destination : new String[] {"oci:x", "oci:x/y:1", "name:1"}) {
      assertThat(test.run("push", "--root", root, image, destination))
          .as(destination)
          .isEqualTo(USAGE);
    }
    assertThat(test.run("copy", "--root", root, image, "dir:x"))
        .isEqualTo(ExitCode.of(OcifsException.Kind.UNSUPPORTED));
    assertThat(test.out()).isEmpty();
  }
}
