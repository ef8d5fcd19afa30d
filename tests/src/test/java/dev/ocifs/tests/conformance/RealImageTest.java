package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.tests.model.SharedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real image, mounted, against what umoci makes of it: run with {@code
 * -Docifs.real.image=LAYOUT}, an OCI layout with the tags base, py, dev, clean and app.
 */
class RealImageTest {
  @TempDir Path dir;
  private String layout;
  private Path launcher;
  private Path mount;

  @BeforeEach
  void layout() throws IOException {
    layout = System.getProperty("ocifs.real.image", "");
    assumeTrue(!layout.isEmpty(), "no -Docifs.real.image: nothing to mount");
    launcher = Tools.launcher();
    mount = Files.createDirectory(dir.resolve("mount"));
  }

  private void mount(String tag) throws IOException {
    Tools.Result result =
        Tools.run(
            launcher.toString(),
            "mount",
            "--dev",
            "--root",
            dir.resolve("store").toString(),
            "oci:" + layout + ":" + tag,
            mount.toString());
    assertThat(result.code()).as(result.err()).isZero();
  }

  @AfterEach
  void unmount() throws IOException {
    if (mount != null) {
      Tools.run(launcher.toString(), "umount", mount.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "py", "dev", "clean", "app"})
  void equalsWhatUmociUnpacks(String tag) throws IOException {
    assumeTrue(Tools.has("umoci"), "umoci is not installed");
    Path compare = SharedFiles.path("tools/dump-tree.py");
    mount(tag);
    Path bundle = dir.resolve("bundle");
    Tools.Result unpacked =
        Tools.run("umoci", "unpack", "--image", layout + ":" + tag, bundle.toString());
    assertThat(unpacked.code()).as(unpacked.err()).isZero();
    // umoci sets a directory's mtime anew when a later layer changes its children (rule 12).
    Tools.Result result =
        Tools.run(
            "python3",
            compare.toString(),
            "--compare",
            mount.toString(),
            bundle.resolve("rootfs").toString(),
            "--ignore",
            "dirmtime,root");
    assertThat(result.code()).as(result.out()).isZero();
  }

  @Test
  void fourProcessesReadTheSameBytesAtOnce() throws Exception {
    mount("app");
    List<Future<Tools.Result>> sums = new ArrayList<>();
    try (ExecutorService readers = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        sums.add(
            readers.submit(
                () -> Tools.run("sh", "-c", "tar c --sort=name -C '" + mount + "' . | sha256sum")));
      }
    }
    assertThat(sums.get(0).get().out()).hasSizeGreaterThan(64);
    for (Future<Tools.Result> sum : sums) {
      assertThat(sum.get().err()).isEmpty();
      assertThat(sum.get().out()).isEqualTo(sums.get(0).get().out());
    }
  }

  @Test
  void programsInsideRun() throws IOException {
    mount("app");
    Tools.Result result =
        Tools.run(
            "chroot",
            mount.toString(),
            "/usr/bin/python3",
            "-c",
            "import numpy; print(numpy.ones(3).sum())");
    assertThat(result.err()).isEmpty();
    assertThat(result.out().strip()).isEqualTo("3.0");
  }
}
