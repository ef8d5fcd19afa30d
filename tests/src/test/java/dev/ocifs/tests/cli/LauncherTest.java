package dev.ocifs.tests.cli;

import static dev.ocifs.tests.image.ByteText.text;
import static dev.ocifs.tests.image.ByteText.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.mount.MountTable;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounts, errors, signals and pipes, as scripts and people use them. */
class LauncherTest {
  /** Enough names to fill the buffers of a program and of a pipe. */
  private static final int MANY = 6000;

  @TempDir static Path folder = Path.of("");
  private static Launcher ocifs = new Launcher(Path.of(""));
  private static String image = "";
  private static Path dir = Path.of("");

  @BeforeAll
  static void prepare() throws IOException {
    assumeTrue(Launcher.isBuilt(), "the launcher has no jars: run mvn verify");
    ocifs = new Launcher(folder);
    List<Entry> base = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      base.add(Entry.file("many/a-name-that-fills-the-pipe-" + i, ""));
    }
    List<Entry> top = List.of(Entry.file("hello", "Hello.\n"), Entry.symlink("link", "hello"));
    Path layout =
        OciLayoutWriter.write(folder.resolve("an image"), TestImage.ofEntries(List.of(base, top)));
    image = "oci:" + layout;
    dir = Files.createDirectory(folder.resolve("mount point"));
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (MountTable.at(dir).isPresent()) {
      ocifs.run("umount", "--lazy", dir.toString());
    }
  }

  private static void assumeMounts() {
    assumeTrue(Launcher.canMount(), "this user cannot open /dev/fuse");
  }

  @Test
  void returnsWhenTheDirectoryServes() throws Exception {
    assumeMounts();
    // All streams are pipes here: the server must have let go of them.
    Launcher.Result mount = ocifs.run("mount", "-q", image, dir.toString());
    assertThat(mount).isEqualTo(new Launcher.Result(0, "", ""));
    assertThat(dir.resolve("link")).hasContent("Hello.\n");

    Launcher.Result mounts = ocifs.run("mounts", "--json");
    assertThat(mounts.out())
        .contains("\"directory\": \"" + dir.toRealPath() + "\"")
        .contains("\"image\": \"" + image + "\"")
        .containsPattern("\"log\": \"" + ocifs.root() + "/ocifs/logs/[^\"]+\"");

    assertThat(ocifs.run("umount", dir.toString())).isEqualTo(new Launcher.Result(0, "", ""));
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void worksInACommandSubstitution() throws Exception {
    assumeMounts();
    Launcher.Result result =
        ocifs.bash("x=$(ocifs mount -q '" + image + "' '" + dir + "') && cat '" + dir + "/hello'");
    assertThat(result).isEqualTo(new Launcher.Result(0, "Hello.\n", ""));
  }

  @Test
  void refusesASecondMountAtTheSamePlace() throws Exception {
    assumeMounts();
    assertThat(ocifs.run("mount", "-q", image, dir.toString()).code()).isZero();
    Launcher.Result second = ocifs.run("mount", image, dir.toString());
    assertThat(second.code()).isEqualTo(9);
    assertThat(second.err().lines()).singleElement().asString().startsWith("ocifs: ");
    assertThat(dir.resolve("hello")).hasContent("Hello.\n");
  }

  @Test
  void unmountsWhenTheServerIsToldToEnd() throws Exception {
    assumeMounts();
    assertThat(ocifs.run("mount", "-q", image, dir.toString()).code()).isZero();
    Launcher.Result killed =
        ocifs.bash(
            "pid=$(ocifs mounts --json | sed -n 's/.*\"pid\": \\([0-9]*\\).*/\\1/p');"
                + " kill -TERM $pid; tail --pid=$pid -f /dev/null; ls $OCIFS_ROOT/ocifs/mounts;"
                + " ls $OCIFS_ROOT/ocifs/logs");
    assertThat(killed).isEqualTo(new Launcher.Result(0, "", ""));
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void unmountsOnInterruptInTheForeground() throws Exception {
    assumeMounts();
    Process server = ocifs.start("mount", "--foreground", image, dir.toString());
    try (var err = server.errorReader()) {
      // progress may come first on a slow machine
      assertThat(err.lines().anyMatch(line -> line.contains("serving at"))).isTrue();
      assertThat(dir.resolve("hello")).hasContent("Hello.\n");
      new ProcessBuilder("kill", "-INT", Long.toString(server.pid())).start().waitFor();
      assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(server.exitValue()).isEqualTo(130);
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void saysInOneLineWhatIsWrong() throws Exception {
    assertThat(ocifs.run().code()).isEqualTo(2);
    Launcher.Result missing = ocifs.run("mount", image, folder.resolve("none").toString());
    assertThat(missing.code()).isEqualTo(9);
    assertThat(missing.err().lines()).singleElement().asString().contains("/none; create it with");
    Launcher.Result image = ocifs.run("mount", "oci:/no\u001bwhere", dir.toString());
    assertThat(image.code()).isEqualTo(3);
    assertThat(image.err().lines()).singleElement().asString().contains("/no\\x1bwhere");
  }

  @Test
  void endsQuietlyWhenNobodyReadsOn() throws Exception {
    Launcher.Result result =
        ocifs.bash("ocifs ls -qR '" + image + "' | head -1; echo ${PIPESTATUS[0]}");
    assertThat(result).isEqualTo(new Launcher.Result(0, "/:\n141\n", ""));
  }

  @Test
  void saysWhenOutputCannotBeWritten() throws Exception {
    Launcher.Result result = ocifs.bash("ocifs cat -q '" + image + "' hello > /dev/full");
    assertThat(result.code()).isEqualTo(10);
    assertThat(result.err().lines()).singleElement().asString().contains("standard output");
  }

  @Test
  void takesNamesThatAreNotUtf8() throws Exception {
    byte[] name = {'c', 'a', 'f', (byte) 0xe9};
    TestImage latin = TestImage.of(TestLayer.of(Entry.file(text(name), "latin-1")));
    Path layout = OciLayoutWriter.write(folder.resolve("latin"), latin);
    Launcher.Result result =
        ocifs.bash(
            "ocifs cat -q 'oci:"
                + layout
                + "' $'caf\\xe9'; ocifs ls -q 'oci:"
                + layout
                + "' | od -An -tx1");
    assertThat(result).isEqualTo(new Launcher.Result(0, "latin-1 63 61 66 e9 0a\n", ""));
  }

  @Test
  void needsNoLocale() throws Exception {
    TestImage green = TestImage.of(TestLayer.of(Entry.file(utf8("grün"), "green")));
    Path layout = OciLayoutWriter.write(folder.resolve("grün"), green);
    Launcher.Result result =
        ocifs.bash("LC_ALL=C ocifs cat -q $'oci:" + folder + "/gr\\xc3\\xbcn' $'gr\\xc3\\xbcn'");
    assertThat(layout).isDirectory();
    assertThat(result).isEqualTo(new Launcher.Result(0, "green", ""));
  }

  @Test
  void findsAJdkForItself() throws Exception {
    Launcher.Result found = ocifs.run("--find-jdk");
    assertThat(found.code()).isZero();
    assertThat(Path.of(found.out().strip(), "bin/java")).isExecutable();
    // JAVA_HOME that is too old, or none at all, is passed over.
    assertThat(ocifs.bash("JAVA_HOME=/nowhere ocifs --version").code()).isZero();
  }

  @Test
  void showsTheDemo() throws Exception {
    assumeMounts();
    Launcher.Result demo = ocifs.run("demo");
    assertThat(demo.code()).isZero();
    assertThat(demo.err()).isEmpty();
    assertThat(demo.out())
        .contains("└── motd  (120 B)")
        .contains("lib -> usr/lib")
        .contains("Welcome!")
        .doesNotContain("DRAFT  (")
        .doesNotContain("old-1");
  }
}
