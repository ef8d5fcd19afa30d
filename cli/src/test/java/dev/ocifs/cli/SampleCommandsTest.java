package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that need no mount, as a user types them, on the image of the demo. */
class SampleCommandsTest {
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
  void listsNames() {
    assertThat(test.run("ls", "--root", root, image)).isZero();
    assertThat(test.out()).isEqualTo("app\nbin\netc\nlib\nusr\nvar\n");
    assertThat(test.err()).isEmpty();
  }

  @Test
  void listsDetailsOfADirectory() {
    assertThat(test.run("--root", root, "ls", "-l", image, "/app")).isZero();
    assertThat(test.out().lines())
        .containsExactly(
            "-rw-r----- 1 0 0 18 2026-01-01 00:00 data.txt",
            "-rwxr-xr-x 2 0 0 59 2026-01-01 00:00 hello");
  }

  @Test
  void showsALinkItselfWithDetailsAndFollowsItWithout() {
    assertThat(test.run("ls", "--root", root, "-l", image, "lib")).isZero();
    assertThat(test.run("ls", "--root", root, image, "lib")).isZero();
    assertThat(test.out())
        .isEqualTo("lrwxrwxrwx 1 0 0 7 2026-01-01 00:00 lib -> usr/lib\ngreeting.so\n");
  }

  @Test
  void listsWhatIsBelow() {
    assertThat(test.run("ls", image, "-R", "/var", "--root=" + root)).isZero();
    assertThat(test.out()).isEqualTo("/var:\ncache\n\n/var/cache:\nnew\n");
  }

  @Test
  void writesContentThroughLinks() {
    assertThat(test.run("cat", "--root", root, image, "app/../lib/greeting.so")).isZero();
    assertThat(test.out()).isEqualTo("x".repeat(40_000));
  }

  @Test
  void explainsWhyAFileCannotBeWritten() {
    assertThat(test.run("cat", "--root", root, image, "/etc")).isEqualTo(2);
    assertThat(test.run("cat", "--root", root, image, "/etc/none")).isEqualTo(3);
    assertThat(test.run("cat", "--root", root, image, "/usr/share/doc/DRAFT")).isEqualTo(3);
    assertThat(test.out()).isEmpty();
    assertThat(test.err().lines())
        .containsExactly(
            "ocifs: image " + image + ": /etc is a directory; list it with ocifs ls",
            "ocifs: image "
                + image
                + ": /etc/none: no such file or directory; see what there is with ocifs ls",
            "ocifs: image "
                + image
                + ": /usr/share/doc/DRAFT: no such file or directory; see what there is with ocifs"
                + " ls");
  }

  @Test
  void inspectsWithoutReadingLayers() {
    assertThat(test.run("inspect", "--root", root, image)).isZero();
    assertThat(test.out())
        .contains("Reference:   demo\n")
        .contains("Command:     /bin/hello\n")
        .contains("Directory:   /app\n")
        .contains("Layers:      3, ");
    assertThat(folder.resolve("store/ocifs/layers")).isEmptyDirectory();
  }

  @Test
  void inspectsAsJson() {
    assertThat(test.run("inspect", "--json", "--root", root, image)).isZero();
    assertThat(test.out())
        .contains("\"image\": \"" + image + "\"")
        .contains("\"cmd\": [\n      \"/bin/hello\"\n    ]")
        .containsPattern("\"ordinal\": 2,\n *\"mediaType\": \"[a-z./0-9+-]+gzip\"");
  }

  @Test
  void indexesAheadOfTheMount() {
    assertThat(test.run("index", "--root", root, image)).isZero();
    assertThat(test.out()).startsWith(image + ": ").contains(" inodes, 40 kB of content");
    assertThat(folder.resolve("store/ocifs/layers")).isDirectoryContaining("glob:**.idx");
    assertThat(test.run("index", "--quiet", "--root", root, image)).isZero();
    assertThat(test.out().lines()).hasSize(1);
  }

  @Test
  void verifiesAndReportsDifferences() {
    assertThat(test.run("verify", "--root", root, image)).isZero();
    assertThat(test.out()).contains("digests, sizes and diffIDs are right");
  }

  @Test
  void findsEveryDamagedLayer() throws IOException {
    Path blobs = folder.resolve("image/blobs/sha256");
    try (var files = Files.list(blobs)) {
      for (Path blob : files.toList()) {
        byte[] bytes = Files.readAllBytes(blob);
        if (bytes[0] == 0x1f) {
          bytes[bytes.length / 2] ^= 1;
          Files.write(blob, bytes);
        }
      }
    }
    assertThat(test.run("verify", "--root", root, image)).isEqualTo(ExitCode.FINDINGS);
    assertThat(test.err().lines())
        .hasSize(3)
        .allMatch(line -> line.startsWith("ocifs: image oci:") && line.contains(": layer sha256:"));
    assertThat(test.out()).contains(": 3 errors, ");
    assertThat(test.run("ls", "--root", root, image)).isIn(4, 5);
  }

  @Test
  void obeysLimitsInEitherPlace() {
    assertThat(test.run("ls", "--max-entries", "3", "--root", root, image)).isEqualTo(7);
    assertThat(test.err()).contains("--max-entries");
  }

  @Test
  void refusesAMountWithoutADirectoryBeforeItReadsLayers() {
    assertThat(test.run("mount", "--root", root, image, folder.resolve("none").toString()))
        .isEqualTo(9);
    assertThat(test.err()).contains("no such directory").contains("mkdir");
    assertThat(folder.resolve("store/ocifs/layers")).isEmptyDirectory();
  }

  @Test
  void listsNoMountsWhereNoneAre() {
    assertThat(test.run("mounts", "--root", root)).isZero();
    assertThat(test.out()).isEmpty();
    assertThat(test.run("mounts", "--json", "--root", root)).isZero();
    assertThat(test.out()).isEqualTo("[]\n");
  }
}
