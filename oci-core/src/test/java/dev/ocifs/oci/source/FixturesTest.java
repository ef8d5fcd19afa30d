package dev.ocifs.oci.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Platform;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layouts and archives that other projects wrote for their own tests, where they are at hand. */
final class FixturesTest {
  private static final Path SHARED = Path.of(System.getProperty("ocifs.shared", "none"));
  private static final Path FIXTURES = SHARED.resolve("fixtures");

  @TempDir Path dir;
  private OpenOptions options = OpenOptions.DEFAULT;

  @BeforeEach
  void needFixtures() {
    assumeTrue(Files.isDirectory(FIXTURES), "no fixtures at " + FIXTURES);
    options =
        OpenOptions.DEFAULT
            .withStore(() -> Store.open(dir.resolve("store")))
            .withPlatform(new Platform("linux", "amd64", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "go-containerregistry/pkg/v1/layout/testdata/test_index:1, 1",
    "go-containerregistry/pkg/v1/layout/testdata/test_index_one_image, 1",
    "go-containerregistry/pkg/v1/tarball/testdata/test_bundle.tar:test_image_2, 1",
    "go-containerregistry/pkg/v1/tarball/testdata/test_link.tar:bazel/v1/tarball:test_image_3, 2",
    "go-containerregistry/pkg/v1/mutate/testdata/whiteout_dir.tar, 4",
    "rules_docker/container/go/pkg/oci/testdata/test_index1, 3",
    "rules_docker/docker/util/testdata/image_with_symlinked_layer.tar, 2",
    "stereoscope/pkg/image/oci/testdata/valid_oci_dir, 1",
    "stereoscope/pkg/image/oci/testdata/multiplatform_oci_dir:multi-platform, 1",
    "container-libs/common/libimage/testdata/docker-two-names.tar.xz:example.com/empty, 1",
    "container-libs/common/libimage/testdata/docker-two-images.tar.xz:example.com/empty, 1",
    "container-libs/common/libimage/testdata/oci-registry-name.tar.gz:example.com/empty:latest, 1",
    "container-libs/common/libimage/testdata/buildkit-docker.tar, 0",
    "imgutil/layout/testdata/layout/busybox, 1",
    "jib/jib-core/src/integration-test/resources/core/busybox-jib.tar, 2",
    "regclient/testdata/testrepo:v1, 2",
    "regclient/testdata/testrepo:v3, 5",
    "trivy/pkg/fanal/test/testdata/alpine-310.tar.gz, 1"
  })
  void opens(String name, int layers) throws IOException {
    try (Image image = Images.open(FIXTURES.resolve(name).toString(), options)) {
      assertThat(image.layers()).hasSize(layers);
      for (ImageLayer layer : image.layers()) {
        try (BlobSource blob = layer.open()) {
          byte[] last = new byte[1];
          blob.readFully(blob.size() - 1, last, 0, 1);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "go-containerregistry/pkg/v1/layout/testdata/test_index, USAGE, '1, 3, 4'",
    "go-containerregistry/pkg/v1/layout/testdata/test_index_media_type, UNSUPPORTED, helm",
    "go-containerregistry/pkg/v1/tarball/testdata/test_bundle.tar, USAGE, test_image_1",
    "go-containerregistry/pkg/v1/tarball/testdata/null_manifest.tar, NOT_FOUND, no image",
    "go-containerregistry/pkg/v1/tarball/testdata/no_manifest.tar, INVALID_IMAGE, manifest.json",
    "rules_docker/container/go/pkg/oci/testdata/test_index3, NOT_FOUND, blob sha256:4817",
    "rules_docker/container/go/pkg/oci/testdata/test_index4, NOT_FOUND, blob sha256:93cd",
    "rules_docker/container/go/pkg/oci/testdata/test_index5, NOT_FOUND, layer sha256:26c6",
    "stereoscope/pkg/image/oci/testdata/no_manifests, INVALID_IMAGE, index",
    "stereoscope/pkg/image/oci/testdata/invalid_file, INVALID_IMAGE, not an object",
    "container-libs/common/libimage/testdata/docker-two-images.tar.xz, USAGE, example.com/empty",
    "container-libs/common/libimage/testdata/exported-container.tar, INVALID_IMAGE, but no image",
    "imgutil/layout/testdata/layout/busybox-sparse, NOT_FOUND, missing",
    "trivy/pkg/fanal/test/testdata/test_bad_index_json.oci, INVALID_IMAGE, foobar",
    "trivy/pkg/fanal/test/testdata/test_no_valid_manifests.oci, INVALID_IMAGE, manifests",
    "trivy/pkg/fanal/test/testdata/test_invalid_oci_image.oci, UNSUPPORTED, badmedia",
    "trivy/pkg/fanal/test/testdata/test_index_json_dir.oci, INVALID_IMAGE, is a directory"
  })
  void refuses(String name, OcifsException.Kind kind, String words) {
    assertThatThrownBy(() -> Images.open(FIXTURES.resolve(name).toString(), options).close())
        .hasMessageContaining(words)
        .isInstanceOfSatisfying(OcifsException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  /** Every image that another tool unpacked must open, on whatever platform it is for. */
  @Test
  void opensWhatOthersUnpacked() throws IOException {
    Path golden = SHARED.resolve("differential/golden");
    assumeTrue(Files.isDirectory(golden), "no golden trees at " + golden);
    try (Stream<Path> trees = Files.list(golden)) {
      for (Path tree : trees.toList()) {
        String name = tree.getFileName().toString().replaceAll("\\.json$", "");
        Path image = FIXTURES.resolve(name.replace("__", "/"));
        Images.open(
                image.toString(),
                new OpenOptions(
                    Optional.empty(),
                    options.limits(),
                    options.store(),
                    options.directory(),
                    Optional.empty(),
                    DocumentCache.NONE))
            .close();
      }
    }
  }

  /** Every layout of the differential suite is a sound image, whatever its layers hold. */
  @Test
  void opensTheDifferentialLayouts() throws IOException {
    Path layouts = SHARED.resolve("differential/layouts");
    assumeTrue(Files.isDirectory(layouts), "no layouts at " + layouts);
    try (Stream<Path> all = Files.list(layouts)) {
      for (Path layout : all.toList()) {
        try (Image image = Images.open("oci:" + layout, options)) {
          assertThat(image.layers()).as("%s", layout).hasSize(2);
        }
      }
    }
  }
}
