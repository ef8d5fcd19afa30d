package dev.ocifs.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountTable;
import dev.ocifs.mount.Mounter;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hydrated mounts and what {@code ocifs status} says of them, by the launcher. Needs root. */
@Timeout(120)
class StatusTest {
  private static final String NATIVE_ALREADY = "by itself already: there is nothing to hydrate";

  @TempDir Path folder;
  private Launcher ocifs = new Launcher(Path.of(""));
  private String image = "";
  private Path dir = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    assumeTrue(Launcher.isBuilt(), "the launcher has no jars: run mvn verify");
    assumeTrue("root".equals(System.getProperty("user.name")), "not root");
    ocifs = new Launcher(folder);
    image =
        "oci:"
            + OciLayoutWriter.write(
                folder.resolve("image"),
                TestImage.ofEntries(
                    List.of(List.of(Entry.file("read", "x"), Entry.file("unread", "y")))));
    dir = Files.createDirectory(folder.resolve("m"));
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (MountTable.at(dir).isPresent()) {
      ocifs.run("umount", "--lazy", dir.toString());
    }
  }

  private void assumeWorks(String backend) {
    try {
      Mounter.check(dir, MountOptions.defaults().withBackend(backend));
    } catch (OcifsException e) {
      assumeTrue(false, e.getMessage());
    }
  }

  private Launcher.Result run(String command, List<String> last, String... options)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(List.of(options));
    words.addAll(last);
    return ocifs.run(words.toArray(String[]::new));
  }

  private Launcher.Result mount(String... options) throws IOException, InterruptedException {
    return run("mount", List.of(image, dir.toString()), options);
  }

  private String status(String... options) throws IOException, InterruptedException {
    Launcher.Result result = run("status", List.of(dir.toString()), options);
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }

  /** Asks until the status says so; the timeout of the test ends it. */
  private String awaitStatus(String part) throws Exception {
    String found;
    do {
      found = status("--json");
    } while (!found.contains(part));
    return found;
  }

  @Test
  void hydrateMakesAllFilesNative() throws Exception {
    assumeWorks("kernel");
    Launcher.Result mounted = mount("--backend", "kernel", "--hydrate");
    assertThat(mounted.code()).as(mounted.err()).isZero();
    assertThat(mounted.err()).doesNotContain(NATIVE_ALREADY);
    assertThat(awaitStatus("\"state\": \"done\""))
        .contains("\"files\": 2", "\"nativeFiles\": 2", "\"nativeBytes\": 2", "\"native\": false");
    assertThat(status()).contains("Native:     2 with 2 B (100.0 %)", "Hydration:  done");
    assertThat(dir.resolve("unread")).hasContent("y");
  }

  @Test
  void hydrateOnReadMakesThoseNativeThatWereRead() throws Exception {
    assumeWorks("kernel");
    Launcher.Result mounted = mount("--backend", "kernel", "--hydrate-on-read");
    assertThat(mounted.code()).as(mounted.err()).isZero();
    assertThat(status("--json")).contains("\"state\": \"on-read\"", "\"nativeFiles\": 0");
    assertThat(dir.resolve("read")).hasContent("x");
    assertThat(awaitStatus("\"nativeFiles\": 1")).contains("\"state\": \"on-read\"");
  }

  @Test
  void withoutHydrationNothingIsNative() throws Exception {
    assumeWorks("kernel");
    assertThat(mount("--backend", "kernel").code()).isZero();
    assertThat(dir.resolve("read")).hasContent("x");
    assertThat(status()).contains("Native:     0 with 0 B (0.0 %)", "Hydration:  off");
  }

  @Test
  void aMountThatLinuxServesSaysThatThereIsNothingToHydrate() throws Exception {
    assumeWorks("erofs");
    for (String option : List.of("--hydrate", "--hydrate-on-read")) {
      Launcher.Result mounted = mount("--backend", "erofs", option);
      assertThat(mounted.code()).as(mounted.err()).isZero();
      assertThat(mounted.err()).contains(dir + " " + NATIVE_ALREADY);
      assertThat(status())
          .contains("Native:     all, Linux reads it without a server", "Hydration:  not needed");
      assertThat(status("--json")).contains("\"native\": true", "\"state\": \"not-needed\"");
      assertThat(ocifs.run("umount", dir.toString()).code()).isZero();
      assertThat(mount("-q", "--backend", "erofs", option).err()).isEmpty();
      assertThat(ocifs.run("umount", dir.toString()).code()).isZero();
    }
    assertThat(mount("--backend", "erofs").err()).doesNotContain(NATIVE_ALREADY);
  }

  @Test
  void whereNothingIsMountedItSaysSo() throws Exception {
    Launcher.Result result = ocifs.run("status", dir.toString());
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("nothing of this store is mounted at " + dir);
    assertThat(result.out()).isEmpty();
  }
}
