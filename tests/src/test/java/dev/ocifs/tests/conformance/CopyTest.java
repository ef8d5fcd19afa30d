package dev.ocifs.tests.conformance;

import static dev.ocifs.tests.image.JsonText.object;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.Platform;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.source.Images;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An image is the same wherever it was copied from and to. */
final class CopyTest {
  @TempDir Path dir;
  private CopyBench bench;

  /** Where an image lies before. */
  enum From {
    LAYOUT,
    LAYOUT_OF_DOCKER,
    OCI_ARCHIVE,
    DOCKER_SAVE_PLAIN,
    DOCKER_SAVE_GZIP,
    DOCKER_SAVE_V25,
    REGISTRY,
    STORE
  }

  /** Where it lies after. */
  enum To {
    LAYOUT,
    OCI_ARCHIVE,
    DOCKER_ARCHIVE,
    REGISTRY,
    STORE
  }

  private static List<Arguments> product() {
    List<Arguments> all = new ArrayList<>();
    for (From from : From.values()) {
      for (To to : To.values()) {
        all.add(Arguments.of(from, to));
      }
    }
    return all;
  }

  @BeforeEach
  void open() throws IOException {
    bench = new CopyBench(dir);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  /** Three layers, of which two are one. */
  static TestImage image(LayerBytes lower, LayerBytes upper) {
    byte[] large = new byte[700_000];
    new Random(11).nextBytes(large);
    byte[] base =
        TarWriter.tar(Entry.directory("d/"), Entry.file("d/gone", "x"), Entry.file("large", large));
    byte[] top = TarWriter.tar(Entry.whiteout("d/gone"), Entry.hardLink("h", "large"));
    return TestImage.of(
        TestLayer.of(lower, base), TestLayer.of(upper, top), TestLayer.of(lower, base));
  }

  private String source(From from) throws IOException {
    TestImage mixed = image(LayerBytes.GZIP, LayerBytes.ZSTD);
    OciLayoutWriter layout = new OciLayoutWriter().image("latest", mixed);
    return switch (from) {
      case LAYOUT -> "oci:" + layout.writeTo(dir.resolve("layout"));
      case LAYOUT_OF_DOCKER ->
          "oci:"
              + new OciLayoutWriter()
                  .docker()
                  .image("x", image(LayerBytes.GZIP, LayerBytes.GZIP))
                  .writeTo(dir.resolve("layout"));
      case OCI_ARCHIVE ->
          "oci-archive:" + OciArchiveWriter.write(dir.resolve("in.tar"), layout, LayerBytes.PLAIN);
      case DOCKER_SAVE_PLAIN -> save(Shape.LEGACY, image(LayerBytes.PLAIN, LayerBytes.PLAIN));
      case DOCKER_SAVE_GZIP ->
          save(Shape.LEGACY_LINKED, image(LayerBytes.GZIP_MEMBERS, LayerBytes.PLAIN));
      case DOCKER_SAVE_V25 -> save(Shape.V25, mixed);
      case REGISTRY -> copied("docker://" + bench.registry.host() + "/from:1");
      case STORE -> copied("localhost/from:1");
    };
  }

  private String copied(String name) throws IOException {
    Descriptor copied = bench.copy(source(From.LAYOUT), name);
    assertThat(copied.size()).isPositive();
    return name;
  }

  private String save(Shape shape, TestImage image) throws IOException {
    Path file =
        new DockerArchiveWriter(shape)
            .image(image, "in:1")
            .write(dir.resolve("in.tar"), LayerBytes.PLAIN);
    return "docker-archive:" + file;
  }

  private String destination(To to) {
    return switch (to) {
      case LAYOUT -> "oci:" + dir.resolve("out") + ":some/name:1";
      case OCI_ARCHIVE -> "oci-archive:" + dir.resolve("out.tar") + ":some/name:1";
      case DOCKER_ARCHIVE -> "docker-archive:" + dir.resolve("out.tar") + ":name:1";
      case REGISTRY -> "docker://" + bench.registry.host() + "/some/to:1";
      case STORE -> "some/name:1";
    };
  }

  @ParameterizedTest
  @MethodSource("product")
  void anImageStaysWhatItIs(From from, To to) throws IOException {
    String source = source(from);
    String destination = destination(to);
    TreeListing expected = bench.list("oci:" + plain());
    Descriptor copied = bench.copy(source, destination);
    TreeListing found = to == To.STORE ? bench.listStored(destination) : bench.list(destination);
    assertThat(found.differences(expected)).isEmpty();
    try (Image before = bench.open(source);
        Image after = bench.open(destination)) {
      assertThat(after.configDigest()).isEqualTo(before.configDigest());
      if (to == To.DOCKER_ARCHIVE) {
        assertThat(after.ref()).hasValueSatisfying(ref -> assertThat(ref).endsWith("name:1"));
      } else {
        assertThat(after.manifestDigest()).contains(copied.digest());
        assertThat(after.layers()).allMatch(layer -> layer.digest().isPresent());
      }
      assertThat(before.manifestDigest().orElse(copied.digest())).isEqualTo(copied.digest());
      assertThat(after.layers()).hasSameSizeAs(before.layers());
      for (int i = 0; i < before.layers().size(); i++) {
        ImageLayer was = before.layers().get(i);
        ImageLayer is = after.layers().get(i);
        assertThat(is.size()).isEqualTo(was.size());
        assertThat(is.diffId()).isEqualTo(was.diffId());
        Optional<Digest> digest = was.digest();
        assertThat(is.digest()).isEqualTo(digest.isPresent() ? digest : is.digest());
      }
    }
  }

  private Path plain() throws IOException {
    return OciLayoutWriter.write(dir.resolve("plain"), image(LayerBytes.PLAIN, LayerBytes.PLAIN));
  }

  /** An index keeps its digest, and what is below it, also what is no image. */
  @ParameterizedTest
  @MethodSource("indexDestinations")
  void allPlatformsGoTogether(To to) throws IOException {
    OciLayoutWriter layout = new OciLayoutWriter();
    TestImage arm =
        TestImage.ofEntries(List.of(List.of(Entry.file("arm", "1"))))
            .withPlatform("linux", "arm64", "v8");
    TestImage intel =
        TestImage.ofEntries(List.of(List.of(Entry.file("intel", "2"))))
            .withPlatform("linux", "amd64", "");
    layout.list(
        "both",
        layout.index(List.of(layout.manifest(arm), layout.manifest(intel), attestation(layout))));
    String source = "oci:" + layout.writeTo(dir.resolve("layout"));
    String destination = destination(to);
    Descriptor copied = bench.copyAll(source, destination);
    assertThat(copied.mediaType().isIndex()).isTrue();
    Descriptor again = bench.copyAll(destination, "oci-archive:" + dir.resolve("again.tar"));
    assertThat(again.digest()).isEqualTo(copied.digest());
    for (String platform : List.of("linux/arm64", "linux/amd64")) {
      try (Image image =
          Images.open(destination, bench.options().withPlatform(Platform.parse(platform)))) {
        assertThat(image.platform().orElseThrow().toString()).startsWith(platform);
        assertThat(image.layers().get(0).open().size()).isPositive();
      }
    }
  }

  /** As buildkit puts it beside the images. */
  private static Map<String, Object> attestation(OciLayoutWriter layout) {
    byte[] statement = "{\"predicateType\":\"x\"}".getBytes(UTF_8);
    String type = MediaType.OCI_MANIFEST.value();
    Map<String, Object> manifest =
        layout.document(
            type,
            object(
                "schemaVersion",
                2,
                "mediaType",
                type,
                "config",
                layout.blob(MediaType.OCI_CONFIG.value(), "{}".getBytes(UTF_8)),
                "layers",
                List.of(layout.blob("application/vnd.in-toto+json", statement))));
    manifest.put("platform", object("os", "unknown", "architecture", "unknown"));
    return manifest;
  }

  private static List<To> indexDestinations() {
    return List.of(To.LAYOUT, To.OCI_ARCHIVE, To.REGISTRY, To.STORE);
  }
}
