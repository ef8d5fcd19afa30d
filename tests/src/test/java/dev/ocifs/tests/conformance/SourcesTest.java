package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.tests.image.ImageBuilder;
import dev.ocifs.tests.image.Opened;
import dev.ocifs.tests.image.Packing;
import dev.ocifs.tests.image.TarBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every source shows the same tree, however its layers are packed. */
class SourcesTest {
  @TempDir Path dir;
  private Map<String, String> expected;

  private static ImageBuilder image(Packing packing) {
    byte[] large = new byte[3_000_000];
    Random random = new Random(1);
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (random.nextInt(8) == 0 ? random.nextInt() : i >> 8);
    }
    TarBuilder base =
        new TarBuilder()
            .dir("d/")
            .file("d/gone", "x")
            .file(
                TarBuilder.bytes("caf\u00e9"),
                "name is not UTF-8".getBytes(java.nio.charset.StandardCharsets.UTF_8))
            .file(TarBuilder.bytes("large"), large)
            .xattr("user.a", new byte[] {0, 1, (byte) 0xff})
            .file("x", "y")
            .symlink("l", "d/../large");
    TarBuilder top =
        new TarBuilder().file("d/.wh.gone", "").hardLink("h", "large").mode(04755).file("s", "s");
    return new ImageBuilder().layer(base.build(), packing).layer(top.build(), packing);
  }

  @BeforeEach
  void plainLayout() throws IOException {
    ImageBuilder.write(dir.resolve("plain"), ImageBuilder.layout(image(Packing.NONE)));
    expected = Opened.listing("oci:" + dir.resolve("plain"), dir.resolve("store-plain"));
    assertThat(expected).containsKeys("", "caf\u00e9", "large", "h", "l", "s").hasSize(8);
  }

  private void assertShows(String reference) throws IOException {
    assertThat(Opened.listing(reference, dir.resolve("store"))).isEqualTo(expected);
    // Once more, from what the store holds.
    assertThat(Opened.listing(reference, dir.resolve("store"))).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void layoutsAndArchives(Packing packing) throws IOException {
    Map<String, byte[]> files = ImageBuilder.layout(image(packing));
    ImageBuilder.write(dir.resolve("layout"), files);
    assertShows("oci:" + dir.resolve("layout") + ":latest");
    assertShows(dir.resolve("layout").toString());
    Path archive = Files.write(dir.resolve("oci.tar"), ImageBuilder.archive("", files));
    assertShows("oci-archive:" + archive + ":latest");
    assertShows(archive.toString());
  }

  @ParameterizedTest
  @EnumSource
  void archivesOfDockerSave(Packing packing) throws IOException {
    Map<String, byte[]> files = image(packing).dockerSave();
    Path archive = Files.write(dir.resolve("docker.tar"), ImageBuilder.archive("", files));
    assertShows("docker-archive:" + archive);
    assertShows("docker-archive:" + archive + ":test:latest");
    Path odd =
        Files.write(
            dir.resolve("odd.tar"), ImageBuilder.archive("./", ImageBuilder.reversed(files)));
    assertShows(odd.toString());
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "XZ", "BZIP2"})
  void archivesThatAreCompressedAsAWhole(Packing wrapping) throws IOException {
    byte[] docker = ImageBuilder.archive("", image(Packing.NONE).dockerSave());
    assertShows(Files.write(dir.resolve("docker"), wrapping.pack(docker)).toString());
    byte[] oci = ImageBuilder.archive("", ImageBuilder.layout(image(Packing.GZIP)));
    assertShows("oci-archive:" + Files.write(dir.resolve("oci"), wrapping.pack(oci)));
  }

  @Test
  void archivesSinceDocker25AreLayoutsToo() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>(ImageBuilder.layout(image(Packing.GZIP)));
    files.put("manifest.json", image(Packing.GZIP).dockerSave().get("manifest.json"));
    Path archive = Files.write(dir.resolve("both.tar"), ImageBuilder.archive("", files));
    assertShows(archive.toString());
  }

  @Test
  void layersThatAreLinksInTheArchive() throws IOException {
    Map<String, byte[]> files = image(Packing.NONE).dockerSave();
    TarBuilder tar = new TarBuilder();
    files.forEach(
        (path, bytes) -> {
          if (path.endsWith("/layer.tar")) {
            String hex = path.substring(0, 64);
            tar.file(TarBuilder.bytes("store/" + hex + ".tar"), bytes);
            tar.symlink(path, "../store/" + hex + ".tar");
          } else {
            tar.file(TarBuilder.bytes(path), bytes);
          }
        });
    assertShows("docker-archive:" + Files.write(dir.resolve("links.tar"), tar.build()));
  }

  @Test
  void severalImagesAndNoReferenceAreListed() throws IOException {
    ImageBuilder.write(
        dir.resolve("two"),
        ImageBuilder.layout(
            image(Packing.NONE).ref("one"),
            new ImageBuilder().layer(new TarBuilder().file("other", "1")).ref("two")));
    assertThatThrownBy(() -> Opened.listing("oci:" + dir.resolve("two"), dir.resolve("store")))
        .isInstanceOfSatisfying(OcifsException.class, e -> assertThat(e.rule()).isEqualTo(32))
        .hasMessageContaining("holds 2 images")
        .hasMessageContaining("one")
        .hasMessageContaining("two");
    assertShows("oci:" + dir.resolve("two") + ":one");
    assertThatThrownBy(
            () -> Opened.listing("oci:" + dir.resolve("two") + ":three", dir.resolve("store")))
        .hasMessageContaining("no image 'three'")
        .hasMessageContaining("one");
  }

  @Test
  void thePlatformIsChosenAndOthersAreListed() throws IOException {
    ImageBuilder.write(
        dir.resolve("multi"),
        ImageBuilder.layout(
            image(Packing.NONE),
            new ImageBuilder().layer(new TarBuilder().file("other", "1")).architecture("s390x")));
    assertShows("oci:" + dir.resolve("multi"));
    ImageBuilder.write(
        dir.resolve("foreign"),
        ImageBuilder.layout(
            new ImageBuilder().layer(new TarBuilder()).architecture("s390x"),
            new ImageBuilder().layer(new TarBuilder().file("a", "")).architecture("riscv64")));
    assertThatThrownBy(() -> Opened.listing("oci:" + dir.resolve("foreign"), dir.resolve("store")))
        .hasMessageContaining("linux/s390x, linux/riscv64");
  }
}
