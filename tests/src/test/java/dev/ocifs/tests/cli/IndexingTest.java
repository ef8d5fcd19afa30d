package dev.ocifs.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What users do while an image is being indexed: interrupt it, or mount it from a second terminal.
 */
class IndexingTest {
  @TempDir Path folder;
  private Launcher ocifs = new Launcher(Path.of(""));
  private String image = "";
  private String layerKey = "";
  private Path dir = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    assumeTrue(Launcher.isBuilt(), "the launcher has no jars: run mvn verify");
    assumeTrue(Launcher.canMount(), "this user cannot open /dev/fuse");
    ocifs = new Launcher(folder);
    byte[] tar = TarWriter.tar(Entry.file("hello", "Hello.\n"));
    TestImage hello = TestImage.of(TestLayer.of(LayerBytes.PLAIN, tar));
    image = "oci:" + OciLayoutWriter.write(folder.resolve("image"), hello);
    layerKey = "sha256-" + TestImage.sha256(tar);
    dir = Files.createDirectory(folder.resolve("mnt"));
  }

  @Test
  void anInterruptLeavesNothing() throws Exception {
    Store store = Store.open(ocifs.root());
    Process launcher;
    try (BuildLock held = store.lock(layerKey)) {
      // It cannot get further than to the lock, and may be anywhere before it.
      launcher = ocifs.start("mount", image, dir.toString());
      awaitServer(launcher);
      new ProcessBuilder("kill", "-INT", Long.toString(launcher.pid())).start().waitFor();
      assertThat(launcher.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(launcher.exitValue()).isEqualTo(130);
    assertThat(launcher.descendants()).isEmpty();
    assertThat(dir).isEmptyDirectory();
    assertThat(ocifs.root().resolve("ocifs/tmp")).isEmptyDirectory();
    assertThat(ocifs.root().resolve("ocifs/layers")).isEmptyDirectory();
  }

  @Test
  void twoTerminalsMountOneImageAtOnce() throws Exception {
    Path other = Files.createDirectory(folder.resolve("mnt2"));
    Process first;
    Process second;
    try (BuildLock held = Store.open(ocifs.root()).lock(layerKey)) {
      first = ocifs.start("mount", "-q", image, dir.toString());
      second = ocifs.start("mount", "-q", image, other.toString());
      awaitServer(first);
      awaitServer(second);
    }
    try {
      assertThat(first.waitFor()).isZero();
      assertThat(second.waitFor()).isZero();
      assertThat(dir.resolve("hello")).hasContent("Hello.\n");
      assertThat(other.resolve("hello")).hasContent("Hello.\n");
      assertThat(ocifs.run("mounts").out().lines()).hasSize(3);
    } finally {
      ocifs.run("umount", dir.toString());
      ocifs.run("umount", other.toString());
    }
  }

  /** Waits until the launcher has started its JVM: what comes before is not what is tested. */
  private static void awaitServer(Process launcher) {
    while (launcher.isAlive()
        && launcher
            .descendants()
            .noneMatch(child -> child.info().command().orElse("").endsWith("/java"))) {
      Thread.onSpinWait();
    }
  }
}
