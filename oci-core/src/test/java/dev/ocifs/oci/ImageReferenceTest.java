package dev.ocifs.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.ImageReference.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ImageReferenceTest {
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  @TempDir Path dir;

  @Test
  void splitsPathAndRef() throws IOException {
    Path layout = Files.createDirectory(dir.resolve("layout"));
    assertThat(ImageReference.parse("oci:" + layout))
        .isEqualTo(new ImageReference(Transport.OCI, layout, Optional.empty()));
    assertThat(ImageReference.parse("oci:" + layout + ":app").ref()).contains("app");
    assertThat(ImageReference.parse("oci:" + layout + ":localhost:5000/app:1").ref())
        .contains("localhost:5000/app:1");
    assertThat(ImageReference.parse("oci-archive:" + layout + "@" + DIGEST).ref())
        .contains("@" + DIGEST);
    assertThat(ImageReference.parse("docker-archive:" + layout + ":@3").ref()).contains("@3");
    assertThat(ImageReference.parse(layout + ":" + DIGEST).ref()).contains(DIGEST);
    assertThat(ImageReference.parse("oci:" + layout + ":").ref()).isEmpty();
  }

  @Test
  void theLongestExistingPathWins() throws IOException {
    Path plain = Files.createDirectory(dir.resolve("a"));
    Path colon = Files.createDirectory(dir.resolve("a:b"));
    assertThat(ImageReference.parse("oci:" + colon + ":c"))
        .isEqualTo(new ImageReference(Transport.OCI, colon, Optional.of("c")));
    assertThat(ImageReference.parse("oci:" + plain + ":c").path()).isEqualTo(plain);
    assertThat(ImageReference.parse(colon.toString()).ref()).isEmpty();
  }

  @Test
  void normalisesThePathInItsText() throws IOException {
    Path layout = Files.createDirectory(dir.resolve("layout"));
    assertThat(ImageReference.parse("oci:" + dir + "/./layout/../layout:app"))
        .hasToString("oci:" + layout + ":app");
  }

  @ParameterizedTest
  @CsvSource({
    "docker://busybox, NOT_FOUND, registry",
    "dir:/tmp, UNSUPPORTED, skopeo",
    "docker-daemon:x, UNSUPPORTED, daemon",
    "no-such-image, NOT_FOUND, registry",
    "docker.io/library/busybox:latest, NOT_FOUND, registry",
    "/no/such/path, NOT_FOUND, /no/such/path",
    "oci:/no/such/path:ref, NOT_FOUND, 'directory: /no/such/path'",
    "oci:, USAGE, no path",
    "'', USAGE, empty"
  })
  void saysWhatIsWrong(String text, OcifsException.Kind kind, String words) {
    assertThatThrownBy(() -> ImageReference.parse(text))
        .hasMessageContaining(words)
        .isInstanceOfSatisfying(OcifsException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @ParameterizedTest
  @CsvSource({
    "docker://busybox, true",
    "busybox, true",
    "docker.io/library/busybox:latest, true",
    "localhost:5000/a@sha256:00, true",
    "./busybox, false",
    "/busybox:1, false",
    "oci:busybox, false",
    "docker-archive:x, false",
    "dir:x, false",
    "'', false"
  })
  void tellsNamesOfRegistriesFromPaths(String text, boolean registry) throws Exception {
    assertThat(ImageReference.namesRegistry(text, Path.of("/no/such"))).isEqualTo(registry);
  }

  @Test
  void whatIsThereIsAPathEvenWhereItCouldBeAName(@TempDir Path dir) throws Exception {
    Files.createDirectory(dir.resolve("busybox"));
    assertThat(ImageReference.namesRegistry("busybox", dir)).isFalse();
    assertThat(ImageReference.namesRegistry("busybox:1", dir)).isFalse();
    assertThat(ImageReference.namesRegistry("docker:busybox", dir)).isTrue();
  }

  @Test
  void aNulIsNoPath() {
    assertThatThrownBy(() -> ImageReference.parse("oci:a\0b")).isInstanceOf(OcifsException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "busybox, docker.io/library/busybox:latest",
    "busybox:1, index.docker.io/library/busybox:1",
    "user/app, docker.io/user/app:latest",
    "localhost/app, localhost/app:latest",
    "host:5000/app, host:5000/app:latest"
  })
  void shortNamesMeanFullOnes(String a, String b) {
    assertThat(RefName.same(a, b)).isTrue();
    assertThat(RefName.same(a, "other")).isFalse();
  }
}
