package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.tests.image.DockerArchiveWriter;
import dev.ocifs.tests.image.DockerArchiveWriter.Shape;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciArchiveWriter;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import dev.ocifs.tests.model.TreeListing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every source shows the same tree, however its layers are packed. */
class SourcesTest {
  @TempDir Path dir;
  private TreeListing expected;

  private static TestImage image(LayerBytes bytes) {
    byte[] large = new byte[600_000];
    Random random = new Random(1);
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (random.nextInt(8) == 0 ? random.nextInt() : i >> 8);
    }
    byte[] base =
        TarWriter.tar(
            Entry.directory("d/"),
            Entry.file("d/gone", "x"),
            Entry.file("caf\u00e9", "name is not UTF-8"),
            Entry.file("large", large).xattr("user.a", "\0\1\u00ff"),
            Entry.file("x", "y"),
            Entry.symlink("l", "d/../large"));
    byte[] top =
        TarWriter.tar(
            Entry.whiteout("d/gone"),
            Entry.hardLink("h", "large"),
            Entry.file("s", "s").mode(04755));
    return TestImage.of(TestLayer.of(bytes, base), TestLayer.of(bytes, top));
  }

  private static OciLayoutWriter layout(LayerBytes bytes) {
    return new OciLayoutWriter().image("latest", image(bytes));
  }

  @BeforeEach
  void plainLayout() throws IOException {
    layout(LayerBytes.PLAIN).writeTo(dir.resolve("plain"));
    expected = Opened.listing("oci:" + dir.resolve("plain"), dir.resolve("store-plain"));
    assertThat(expected.lines())
        .containsOnlyKeys(".", "caf\u00e9", "d", "h", "l", "large", "s", "x");
  }

  private void assertShows(String reference) throws IOException {
    Path store = dir.resolve("store");
    assertThat(Opened.listing(reference, store).differences(expected)).isEmpty();
    // Once more, from what the store holds.
    assertThat(Opened.listing(reference, store).differences(expected)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void layoutsAndArchives(LayerBytes bytes) throws IOException {
    layout(bytes).writeTo(dir.resolve("layout"));
    assertShows("oci:" + dir.resolve("layout") + ":latest");
    assertShows(dir.resolve("layout").toString());
    Path archive = OciArchiveWriter.write(dir.resolve("oci.tar"), layout(bytes), LayerBytes.PLAIN);
    assertShows("oci-archive:" + archive + ":latest");
    assertShows(archive.toString());
    assertShows(OciArchiveWriter.writeUnordered(dir.resolve("odd.tar"), layout(bytes)).toString());
  }

  @ParameterizedTest
  @EnumSource
  void archivesOfDockerSave(LayerBytes bytes) throws IOException {
    DockerArchiveWriter docker =
        new DockerArchiveWriter(Shape.LEGACY).image(image(bytes), "test:latest");
    Path archive = docker.write(dir.resolve("docker.tar"), LayerBytes.PLAIN);
    assertShows("docker-archive:" + archive);
    assertShows("docker-archive:" + archive + ":test:latest");
    assertShows(docker.writeUnordered(dir.resolve("odd.tar")).toString());
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void archivesOfEveryShape(Shape shape) throws IOException {
    DockerArchiveWriter docker =
        new DockerArchiveWriter(shape)
            .image(image(LayerBytes.PLAIN), "test:latest")
            .image(TestImage.of(TestLayer.of(Entry.file("other", "1"))), "test:other");
    Path archive = docker.write(dir.resolve("docker.tar"), LayerBytes.PLAIN);
    assertShows("docker-archive:" + archive + ":test:latest");
    Path unordered = docker.writeUnordered(dir.resolve("odd.tar"));
    assertShows("docker-archive:" + unordered + ":test:latest");
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "GZIP_MEMBERS", "XZ", "BZIP2"})
  void archivesThatAreCompressedAsAWhole(LayerBytes wrapping) throws IOException {
    DockerArchiveWriter docker =
        new DockerArchiveWriter(Shape.LEGACY).image(image(LayerBytes.PLAIN), "test:latest");
    assertShows(docker.write(dir.resolve("docker"), wrapping).toString());
    assertShows(
        "oci-archive:"
            + OciArchiveWriter.write(dir.resolve("oci"), layout(LayerBytes.GZIP), wrapping));
  }

  @Test
  void anArchiveSinceDocker25IsALayoutToo() throws IOException {
    Path archive =
        new DockerArchiveWriter(Shape.V25)
            .image(image(LayerBytes.GZIP), "test:latest")
            .write(dir.resolve("both.tar"), LayerBytes.PLAIN);
    assertShows(archive.toString());
    assertShows("oci-archive:" + archive);
    assertShows("docker-archive:" + archive);
  }
}
