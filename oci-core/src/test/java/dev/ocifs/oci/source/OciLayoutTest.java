package dev.ocifs.oci.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import dev.ocifs.oci.Platform;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules 26 to 32 on layouts in directories. */
@Timeout(60)
final class OciLayoutTest {
  private static final OpenOptions AMD64 =
      OpenOptions.DEFAULT.withPlatform(new Platform("linux", "amd64", ""));

  @TempDir Path dir;
  private final Layout layout = new Layout();

  private Image open(String ref) throws IOException {
    return open(ref, AMD64);
  }

  private Image open(String ref, OpenOptions options) throws IOException {
    return Images.open("oci:" + layout.directory(dir) + ref, options);
  }

  private OcifsException refused(String ref, Kind kind, String... words) {
    OcifsException[] caught = new OcifsException[1];
    assertThatThrownBy(() -> open(ref).close())
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e).hasMessageContainingAll(words);
              assertThat(e).hasMessageContaining(dir.toString());
              assertThat(e.kind()).isEqualTo(kind);
              caught[0] = e;
            });
    return caught[0];
  }

  @Test
  void opensTheOnlyImageAndItsLayers() throws IOException {
    layout.list(layout.image("linux/amd64", Layout.ref("app"), "base", "top", "base"));
    try (Image image = open("")) {
      assertThat(image.name()).isEqualTo("oci:" + dir);
      assertThat(image.ref()).contains("app");
      assertThat(image.platform()).contains(new Platform("linux", "amd64", ""));
      assertThat(image.manifestDigest()).isPresent();
      assertThat(image.config().history()).hasSize(5);
      assertThat(image.layers()).extracting(ImageLayer::ordinal).containsExactly(0, 1, 2);
      ImageLayer top = image.layers().get(1);
      assertThat(top.digest()).contains(Layout.layerDigest("top"));
      assertThat(top.diffId()).isEqualTo(Layout.layerDigest("top"));
      assertThat(image.layers().get(2).digest()).isEqualTo(image.layers().get(0).digest());
      try (BlobSource blob = top.open()) {
        byte[] bytes = new byte[(int) blob.size()];
        blob.readFully(0, bytes, 0, bytes.length);
        assertThat(bytes).asString(UTF_8).isEqualTo("top");
      }
    }
  }

  @Test
  void findsImagesByNameFullNameDigestAndPosition() throws IOException {
    String full = ",'annotations':{'io.containerd.image.name':'docker.io/library/b:latest'}";
    layout.list(layout.image("linux/amd64", Layout.ref("a"), "1"));
    layout.list(layout.image("linux/amd64", full, "2"));
    for (String ref : new String[] {":b", ":b:latest", ":docker.io/library/b:latest", ":@1"}) {
      try (Image image = open(ref)) {
        assertThat(image.layers().get(0).diffId()).isEqualTo(Layout.layerDigest("2"));
      }
    }
    List<ImageName> names = Images.list("oci:" + dir, AMD64);
    assertThat(names)
        .extracting(ImageName::toString)
        .containsExactly("a", "docker.io/library/b:latest");
    for (String ref : new String[] {"@", ":@", ":", ":whatever@"}) {
      try (Image image = open(ref + names.get(0).digest().orElseThrow())) {
        assertThat(image.layers().get(0).diffId()).isEqualTo(Layout.layerDigest("1"));
      }
    }
    refused("", Kind.USAGE, "2 images", "a, docker.io/library/b:latest", ":REF");
    refused(":c", Kind.NOT_FOUND, "'c'", "a, docker.io/library/b:latest");
    refused(":@7", Kind.NOT_FOUND, "@7");
  }

  @Test
  void twoNamesOfOneImageAreOneImage() throws IOException {
    layout.list(layout.image("linux/amd64", Layout.ref("a"), "1"));
    layout.list(layout.image("linux/amd64", Layout.ref("b"), "1"));
    layout.list(layout.image("linux/amd64", Layout.ref("b"), "1"));
    open("").close();
    open(":b").close();
  }

  @Test
  void choosesTheBestPlatform() throws IOException {
    String attestation = layout.image("unknown/unknown", Layout.on("unknown/unknown"), "sbom");
    layout.list(
        layout.index(
            Layout.ref("multi"),
            attestation,
            layout.image("linux/arm/v5", Layout.on("linux/arm/v5"), "5"),
            layout.image("linux/arm/v6", Layout.on("linux/arm/v6"), "6"),
            layout.image("linux/arm64", Layout.on("linux/arm64/v8"), "64"),
            layout.image("linux/amd64", Layout.on("linux/amd64"), "1"),
            layout.image("linux/amd64", Layout.on("linux/amd64/v2"), "2")));
    String[][] wanted = {
      {"linux/arm", "6"},
      {"linux/arm/v5", "5"},
      {"linux/aarch64", "64"},
      {"linux/amd64/v4", "2"},
      {"linux/x86_64", "1"}
    };
    for (String[] pair : wanted) {
      try (Image image =
          open(":multi", OpenOptions.DEFAULT.withPlatform(Platform.parse(pair[0])))) {
        assertThat(image.layers().get(0).diffId()).isEqualTo(Layout.layerDigest(pair[1]));
      }
    }
    assertThatThrownBy(
            () -> open("", OpenOptions.DEFAULT.withPlatform(Platform.parse("linux/s390x"))))
        .hasMessageContainingAll("linux/s390x", "linux/arm/v5", "linux/amd64/v2", "rule 31")
        .hasMessageNotContaining("unknown");
  }

  @Test
  void anImageThatIsNamedDirectlyNeedsNoChoice() throws IOException {
    layout.list(layout.image("linux/s390x", Layout.ref("z"), "1"));
    open("", OpenOptions.DEFAULT).close();
    refused("", Kind.NOT_FOUND, "linux/amd64", "linux/s390x");
  }

  @Test
  void walksNestedIndexes() throws IOException {
    String image = layout.image("linux/amd64", Layout.on("linux/amd64"), "1");
    String inner =
        layout.index("", layout.image("linux/arm64", Layout.on("linux/arm64"), "2"), image);
    layout.list(layout.index(Layout.ref("deep"), layout.index("", inner), inner));
    try (Image found = open("")) {
      assertThat(found.ref()).contains("deep");
      assertThat(found.layers().get(0).diffId()).isEqualTo(Layout.layerDigest("1"));
      open("@" + found.manifestDigest().orElseThrow()).close();
    }
    assertThat(Images.list("oci:" + dir, AMD64)).hasSize(2);
  }

  @Test
  void printsACycleOfIndexes() {
    Digest a = Layout.layerDigest("a");
    Digest b = Layout.layerDigest("b");
    String nameA = Layout.descriptor(MediaType.OCI_INDEX, a, 10, "");
    String nameB = Layout.descriptor(MediaType.OCI_INDEX, b, 10, "");
    layout.put(FolderContents.name(a), "{'manifests':[" + nameB + "]}");
    layout.put(FolderContents.name(b), "{'manifests':[" + nameA + "]}");
    layout.list(nameA);
    refused("", Kind.INVALID_IMAGE, a + " -> " + b + " -> " + a);
  }

  @Test
  void aNestedIndexIsVerified() {
    Digest lie = Layout.layerDigest("x");
    layout.put(FolderContents.name(lie), "{'manifests':[]}");
    layout.list(Layout.descriptor(MediaType.OCI_INDEX, lie, 16, ""));
    refused("", Kind.MISMATCH, lie.toString(), "has the digest");
  }

  @Test
  void skipsWhatItDoesNotKnow() throws IOException {
    layout.list(
        layout.blob(new MediaType("application/vnd.oci.descriptor.v1+json"), new byte[3], ""));
    refused("", Kind.UNSUPPORTED, "application/vnd.oci.descriptor.v1+json");
    layout.list(layout.image("linux/amd64", "", "1"));
    open("").close();
  }

  @Test
  void verifiesDocuments() throws IOException {
    String manifest = layout.image("linux/amd64", Layout.ref("app"), "1");
    layout.list(manifest.replaceAll("'size':(\\d+)", "'size':1$1"));
    refused("", Kind.MISMATCH, "its descriptor says 1", "rule 27");
  }

  @ParameterizedTest
  @CsvSource({"manifest", "config"})
  void refusesADocumentThatWasChanged(String which) throws IOException {
    layout.list(layout.image("linux/amd64", "", "1"));
    for (String name : List.copyOf(layout.files.keySet())) {
      String text = new String(layout.files.get(name), UTF_8);
      boolean config = text.contains("rootfs");
      if (name.startsWith("blobs/") && text.startsWith("{") && config == which.equals("config")) {
        layout.files.put(name, text.replace("l", "m").getBytes(UTF_8));
      }
    }
    refused("", Kind.MISMATCH, "has the digest");
  }

  @Test
  void layersMatchTheirDescriptorsAndDiffIds() throws IOException {
    layout.list(layout.image("linux/amd64", "", "base", "top"));
    String top = FolderContents.name(Layout.layerDigest("top"));
    layout.files.put(top, new byte[4]);
    refused("", Kind.MISMATCH, top, "has 4 bytes", "says 3", "layer sha256:");
    layout.files.remove(top);
    Files.delete(dir.resolve(top));
    refused("", Kind.NOT_FOUND, dir.resolve(top).toString(), "missing");
  }

  @Test
  void countsLayersAndDiffIds() {
    String config =
        layout.blob(MediaType.OCI_CONFIG, Layout.json(Layout.config("linux/amd64", List.of())), "");
    String layer = layout.blob(MediaType.OCI_LAYER, new byte[1], "");
    layout.list(layout.manifest(config, List.of(layer), ""));
    refused("", Kind.INVALID_IMAGE, "1 layers", "0 diffIDs", "rule 29");
  }

  @Test
  void artifactsAreNoImages() {
    String config =
        layout.blob(new MediaType("application/vnd.oci.empty.v1+json"), Layout.json("{}"), "");
    layout.list(layout.manifest(config, List.of(), ""));
    refused("", Kind.UNSUPPORTED, "artifact", "application/vnd.oci.empty.v1+json");
  }

  @Test
  void foreignLayersMayBeMissingAndOtherTypesAreNamed() throws IOException {
    Digest digest = Layout.layerDigest("far away");
    MediaType foreign =
        new MediaType("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip");
    String config =
        layout.blob(
            MediaType.OCI_CONFIG,
            Layout.json(Layout.config("linux/amd64", List.of("'" + digest + "'"))),
            "");
    List<String> layers = new ArrayList<>();
    layers.add(Layout.descriptor(foreign, digest, 8, ",'urls':['https://example.com/']"));
    layout.list(layout.manifest(config, layers, Layout.ref("foreign")));
    layers.set(0, Layout.descriptor(new MediaType("text/plain"), digest, 8, ""));
    layout.list(layout.manifest(config, layers, Layout.ref("odd")));
    refused(":foreign", Kind.NOT_FOUND, "nondistributable", digest.toString());
    refused(":odd", Kind.UNSUPPORTED, "text/plain");
    layout.files.put(FolderContents.name(digest), "far away".getBytes(UTF_8));
    open(":foreign").close();
  }

  @Test
  void refusesBrokenLayouts() throws IOException {
    layout.list(layout.image("linux/amd64", "", "1"));
    layout.put("oci-layout", "{'imageLayoutVersion':'2.0.0'}");
    refused("", Kind.UNSUPPORTED, "2.0.0");
    layout.put("oci-layout", "{'imageLayoutVersion':'1.0.1'}");
    open("").close();
    layout.put("index.json", "{'manifests':[]}");
    refused("", Kind.NOT_FOUND, "no image");
    layout.files.remove("index.json");
    Files.delete(dir.resolve("index.json"));
    refused("", Kind.NOT_FOUND, "index.json");
    Files.createDirectory(dir.resolve("index.json"));
    refused("", Kind.INVALID_IMAGE, "is a directory");
  }

  @Test
  void aHugeIndexIsRefusedUnread() throws IOException {
    layout.directory(dir);
    try (var file = new RandomAccessFile(dir.resolve("index.json").toFile(), "rw")) {
      file.setLength(1L << 40);
    }
    refused("", Kind.LIMIT, "1099511627776", "index.json");
  }

  @Test
  void aPipeDoesNotBlock() throws Exception {
    layout.directory(dir);
    Path pipe = dir.resolve("index.json");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    refused("", Kind.INVALID_IMAGE, "no regular file");
  }

  @Test
  void recognisesTheDirectory() throws IOException {
    layout.list(layout.image("linux/amd64", "", "1"));
    try (Image image = Images.open(layout.directory(dir).toString(), AMD64)) {
      assertThat(image.name()).isEqualTo("oci:" + dir);
    }
    Path empty = Files.createDirectory(dir.resolve("empty"));
    assertThatThrownBy(() -> Images.open(empty.toString(), AMD64))
        .hasMessageContaining("no OCI image layout");
    assertThatThrownBy(() -> Images.open("oci-archive:" + dir, AMD64))
        .hasMessageContaining("oci:" + dir);
  }
}
