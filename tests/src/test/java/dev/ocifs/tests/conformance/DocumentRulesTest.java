package dev.ocifs.tests.conformance;

import static dev.ocifs.tests.image.JsonText.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import dev.ocifs.oci.Platform;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.Lie;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules 26 to 32 of docs/semantics.md: digests, documents, media types, platforms. */
class DocumentRulesTest {
  @TempDir Path dir;
  private Workbench bench;

  @BeforeEach
  void begin() throws IOException {
    bench = new Workbench(dir);
  }

  private static TestImage image(String name) {
    return TestImage.of(
        TestLayer.of(Entry.file("base", "base")), TestLayer.of(Entry.file(name, "text")));
  }

  /** A layout whose one manifest is this text. */
  private String manifest(String json) throws IOException {
    OciLayoutWriter layout = new OciLayoutWriter();
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return bench.layout(layout.list("test", layout.blob(MediaType.OCI_MANIFEST.value(), bytes)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sha256:../../../../etc/passwd",
        "sha256:abc",
        "sha256:ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef0123456789",
        "md5:d41d8cd98f00b204e9800998ecf8427e",
        "../x:d41d8cd98f00b204e9800998ecf8427e",
        "sha256"
      })
  void rule26ADigestIsCheckedBeforeItBecomesAPath(String digest) throws IOException {
    OciLayoutWriter layout =
        new OciLayoutWriter()
            .list(
                "test",
                object("mediaType", MediaType.OCI_MANIFEST.value(), "digest", digest, "size", 1));
    Kind kind = digest.startsWith("sha256") ? Kind.INVALID_IMAGE : Kind.UNSUPPORTED;
    assertThat(bench.refused(bench.layout(layout), kind, 26))
        .hasMessageContaining(digest.replaceFirst(":.*", ""));
  }

  @ParameterizedTest
  @EnumSource(Lie.class)
  void rule27NothingUnverifiedIsServed(Lie lie) throws IOException {
    String reference = bench.layout(new OciLayoutWriter().lie(lie).image("test", image("f")));
    boolean missing = lie.name().endsWith("MISSING");
    bench.refused(reference, missing ? Kind.NOT_FOUND : Kind.MISMATCH, missing ? 0 : 27);
  }

  @Test
  void rule28DocumentsAreStrict() throws IOException {
    String manifest =
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"%s\",\"digest\":\"sha256:%s\",\"size\":1},"
            + "\"layers\":[]%s}";
    String zeros = "0".repeat(64);
    bench.refused(
        manifest(manifest.formatted(MediaType.OCI_CONFIG.value(), zeros, ",\"manifests\":[]")),
        Kind.INVALID_IMAGE,
        28);
    bench.refused(
        manifest(manifest.formatted(MediaType.OCI_CONFIG.value(), zeros, ",\"layers\":[]")),
        Kind.INVALID_IMAGE,
        28);
    bench.refused(manifest("{\"layers\":"), Kind.INVALID_IMAGE, 28);
    OciLayoutWriter layout = new OciLayoutWriter();
    layout.list(
        "test",
        layout.document(
            MediaType.OCI_INDEX.value(), object("manifests", List.of(), "layers", List.of())));
    bench.refused(bench.layout(layout), Kind.INVALID_IMAGE, 28);
  }

  @Test
  void rule28UnknownFieldsAreFine() throws IOException {
    OciLayoutWriter layout = new OciLayoutWriter();
    Map<String, Object> descriptor = layout.manifest(image("f"));
    descriptor.put("x-vendor", List.of(1, object("deep", true)));
    assertThat(bench.list(bench.layout(layout.list("test", descriptor))).lines())
        .containsKeys("base", "f");
  }

  @Test
  void rule29TheSameLayerTwiceIsLegal() throws IOException {
    TestLayer layer = TestLayer.of(Entry.file("f", "text"), Entry.hardLink("g", "f"));
    TestLayer between = TestLayer.of(Entry.whiteout("f"));
    assertThat(bench.list(TestImage.of(layer, between, layer)).line("f").nlink()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(LayerBytes.class)
  void rule30LayersOfDockerAreSniffed(LayerBytes bytes) throws IOException {
    byte[] tar = TarWriter.tar(Entry.file("f", "text"));
    OciLayoutWriter layout =
        new OciLayoutWriter().docker().image("test", TestImage.of(TestLayer.docker(bytes, tar)));
    assertThat(bench.list(bench.layout(layout)).lines()).containsOnlyKeys(".", "f");
  }

  @Test
  void rule30ForeignLayersAreLayers() throws IOException {
    byte[] tar = TarWriter.tar(Entry.file("f", "text"));
    for (String type :
        List.of(
            "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")) {
      TestImage image = TestImage.of(new TestLayer(tar, LayerBytes.GZIP, type));
      assertThat(bench.list(image).lines()).containsOnlyKeys(".", "f");
    }
    TestImage other = TestImage.of(new TestLayer(tar, LayerBytes.GZIP, "application/json"));
    bench.refused(other, Kind.UNSUPPORTED, 30);
  }

  @Test
  void rule31TheBestPlatformIsChosen() throws IOException {
    List<String> variants = List.of("v5", "v7", "v6");
    List<TestImage> images = new ArrayList<>();
    images.add(image("attestation").withPlatform("unknown", "unknown", ""));
    variants.forEach(v -> images.add(image(v).withPlatform("linux", "arm", v)));
    images.add(image("arm64").withPlatform("linux", "aarch64", "v8"));
    images.add(image("amd64").withPlatform("linux", "x86_64", ""));
    String reference =
        bench.layout(new OciLayoutWriter().index("test", images.toArray(TestImage[]::new)));
    Map<String, String> chosen = new HashMap<>();
    for (String wanted : List.of("arm", "arm/v6", "arm/v5", "arm64", "amd64")) {
      OpenOptions options = bench.options().withPlatform(Platform.parse("linux/" + wanted));
      Image found = Images.open(reference, options);
      chosen.put(wanted, found.config().platform().orElseThrow().toString());
    }
    assertThat(chosen)
        .isEqualTo(
            Map.of(
                "arm", "linux/arm/v7",
                "arm/v6", "linux/arm/v6",
                "arm/v5", "linux/arm/v5",
                "arm64", "linux/arm64",
                "amd64", "linux/amd64"));
    OpenOptions none = bench.options().withPlatform(Platform.parse("windows/amd64"));
    try {
      throw new AssertionError(Images.open(reference, none).name());
    } catch (OcifsException e) {
      assertThat(e.rule()).isEqualTo(31);
      assertThat(e.getMessage()).contains("linux/arm/v5", "linux/arm64").doesNotContain("unknown");
    }
  }

  @Test
  void rule31NestedIndexesAreWalked() throws IOException {
    OciLayoutWriter layout = new OciLayoutWriter();
    Map<String, Object> inner = layout.index(List.of(layout.manifest(image("inner"))));
    Map<String, Object> outer = layout.index(List.of(inner));
    assertThat(bench.list(bench.layout(layout.list("test", outer))).lines()).containsKey("inner");
  }

  @Test
  void rule30ALayerThatIsNotWhatItsMediaTypeSaysIsAFinding() throws IOException {
    byte[] tar = TarWriter.tar(Entry.file("f", "x"));
    String gzip = LayerBytes.GZIP.mediaType();
    assertThat(bench.findings(TestImage.of(new TestLayer(tar, LayerBytes.ZSTD, gzip))))
        .singleElement()
        .satisfies(finding -> assertThat(finding.rule()).isEqualTo(30))
        .satisfies(
            finding ->
                assertThat(finding.toString())
                    .contains("means GZIP compression, its bytes are ZSTD")
                    .doesNotContain("entry"));
    assertThat(bench.findings(TestImage.of(TestLayer.docker(LayerBytes.ZSTD, tar)))).isEmpty();
    assertThat(bench.findings(TestImage.of(TestLayer.of(LayerBytes.GZIP, tar)))).isEmpty();
  }

  @Test
  void indexesThatContainEachOtherAreACycle() throws IOException {
    OciLayoutWriter layout = new OciLayoutWriter();
    String a = "1".repeat(64);
    String b = "2".repeat(64);
    Path written = layout.list("test", index(a)).writeTo(bench.fresh());
    for (String[] edge : new String[][] {{a, b}, {b, a}}) {
      Files.createDirectories(written.resolve("blobs/sha256"));
      Files.writeString(
          written.resolve("blobs/sha256/" + edge[0]),
          "{\"manifests\":[{\"mediaType\":\"%s\",\"digest\":\"sha256:%s\",\"size\":1}]}"
              .formatted(MediaType.OCI_INDEX.value(), edge[1]));
    }
    assertThat(bench.refused("oci:" + written, Kind.INVALID_IMAGE, 0))
        .hasMessageContaining("sha256:" + a + " -> sha256:" + b + " -> sha256:" + a);
  }

  private static Map<String, Object> index(String hex) {
    return object("mediaType", MediaType.OCI_INDEX.value(), "digest", "sha256:" + hex, "size", 1);
  }

  @Test
  void rule32WithoutAReferenceSeveralImagesAreListed() throws IOException {
    String reference =
        bench.layout(new OciLayoutWriter().image("one", image("one")).image("two", image("two")));
    assertThat(bench.refused(reference, Kind.USAGE, 32)).hasMessageContainingAll("one", "two");
    try (ImageView view = bench.open(reference + ":two")) {
      assertThat(ViewLister.list(view).lines()).containsKey("two");
    }
    bench.refused(reference + ":three", Kind.NOT_FOUND, 32);
  }
}
