package dev.ocifs.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MediaTypeTest {
  @ParameterizedTest
  @CsvSource({
    "application/vnd.oci.image.layer.v1.tar, NONE, false",
    "application/vnd.oci.image.layer.v1.tar+gzip, GZIP, false",
    "application/vnd.oci.image.layer.v1.tar+zstd, ZSTD, false",
    "application/vnd.oci.image.layer.nondistributable.v1.tar, NONE, true",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip, GZIP, true",
    "application/vnd.docker.image.rootfs.diff.tar.gzip, , false",
    "application/vnd.docker.image.rootfs.diff.tar, , false",
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip, , true"
  })
  void knowsLayers(String text, @Nullable Compression compression, boolean foreign) {
    MediaType type = new MediaType(text);
    assertThat(type.isLayer()).isTrue();
    assertThat(type.compression()).isEqualTo(Optional.ofNullable(compression));
    assertThat(type.isForeign()).isEqualTo(foreign);
    assertThat(type.isManifest() || type.isIndex() || type.isConfig()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "application/vnd.oci.image.layer.v1.tar+lz4",
        "application/vnd.oci.image.layer.v1.tar.gzip",
        "application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
      })
  void otherTypesAreNoLayers(String text) {
    assertThat(new MediaType(text).isLayer()).isFalse();
  }

  @Test
  void documentsAreOfOneKind() {
    assertThat(MediaType.OCI_INDEX.isIndex()).isTrue();
    assertThat(MediaType.DOCKER_LIST.isIndex()).isTrue();
    assertThat(MediaType.DOCKER_LIST.isManifest()).isFalse();
    assertThat(MediaType.DOCKER_MANIFEST.isManifest()).isTrue();
    assertThat(MediaType.OCI_CONFIG.isConfig()).isTrue();
    assertThat(new MediaType("application/vnd.oci.empty.v1+json").isConfig()).isFalse();
  }

  @Test
  void theUsualOnesAreMadeOnce() {
    String text = String.join("+", "application/vnd.oci.image.layer.v1.tar", "gzip");
    assertThat(MediaType.of(text)).isSameAs(MediaType.OCI_LAYER_GZIP);
    assertThat(MediaType.of("text/plain")).isEqualTo(new MediaType("text/plain"));
  }
}
