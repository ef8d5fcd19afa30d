package dev.ocifs.tests.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.PathWalker;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the README, compiled, run, and compared with what the README says. */
class ReadmeExampleTest {
  @TempDir Path folder;

  @Test
  void readsAFile() throws IOException {
    TestImage image = TestImage.of(TestLayer.of(Entry.file("etc/os-release", "ID=test\n")));
    Path layout = new OciLayoutWriter().image("tag", image).writeTo(folder.resolve("layout"));
    assertThat(example(folder.resolve("store"), "oci:" + layout + ":tag")).isEqualTo("ID=test\n");
  }

  private static String example(Path root, String name) throws IOException {
    Store store = Store.open(root);
    Image image = Images.open(name, OpenOptions.defaults(store));
    try (ImageView view = LayerFs.open(store).view(image, IndexListener.NONE)) {
      byte[] bytes = new byte[4096];
      long inode = PathWalker.resolve(view, "/etc/os-release".getBytes(UTF_8), true);
      int length = view.read(inode, 0, MemorySegment.ofArray(bytes));
      return new String(bytes, 0, length, UTF_8);
    }
  }

  @Test
  void isWhatTheReadmeShows() throws IOException {
    Path home = Path.of(System.getProperty("ocifs.home", "."));
    String readme = Files.readString(home.resolve("README.md"));
    int begin = readme.indexOf("```java\n") + "```java\n".length();
    List<String> shown =
        readme
            .substring(begin, readme.indexOf("```", begin))
            .replace("Path.of(\"store\")", "root")
            .replace("\"oci:layout:tag\"", "name")
            .lines()
            .map(String::strip)
            .toList();
    String source =
        Files.readString(
            home.resolve("tests/src/test/java/dev/ocifs/tests/cli/ReadmeExampleTest.java"));
    List<String> compiled =
        source
            .substring(source.indexOf("String example("))
            .lines()
            .skip(1)
            .map(String::strip)
            .filter(line -> !line.startsWith("return new String"))
            .limit(shown.size())
            .toList();
    assertThat(compiled).isEqualTo(shown);
  }
}
