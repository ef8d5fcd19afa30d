package dev.ocifs.oci.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import dev.ocifs.oci.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Rules 30 and 32 on archives. */
@Timeout(60)
final class ArchiveTest {
  @TempDir Path dir;
  private Path file;
  private Path storeRoot;

  @BeforeEach
  void setFile() {
    file = dir.resolve("image.tar");
    storeRoot = dir.resolve("store");
  }

  private OpenOptions options() {
    return OpenOptions.DEFAULT.withStore(() -> Store.open(storeRoot));
  }

  private Image open(String prefix, String ref, Tar tar) throws IOException {
    Files.write(file, tar.bytes());
    return Images.open(prefix + file + ref, options());
  }

  private void refused(String prefix, String ref, Tar tar, Kind kind, String... words) {
    assertThatThrownBy(() -> open(prefix, ref, tar).close())
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e).hasMessageContainingAll(words);
              assertThat(e.kind()).isEqualTo(kind);
            });
  }

  private static String content(ImageLayer layer) throws IOException {
    try (BlobSource blob = layer.open()) {
      byte[] bytes = new byte[(int) blob.size()];
      blob.readFully(0, bytes, 0, bytes.length);
      return new String(bytes, UTF_8);
    }
  }

  private static String manifest(String tags, String... layers) {
    return "[{'Config':'config.json','RepoTags':"
        + tags
        + ",'Layers':['"
        + String.join("','", layers)
        + "']}]";
  }

  private static byte[] config(String... layers) {
    List<String> diffIds =
        Arrays.stream(layers).map(l -> "'" + Layout.layerDigest(l) + "'").toList();
    return Layout.json(Layout.config("linux/amd64", diffIds));
  }

  /** A docker archive in the order that docker does not use: manifest last, config after layers. */
  private static Tar docker(String prefix) {
    return new Tar()
        .file(prefix + "one/layer.tar", "base")
        .symlink(prefix + "two/layer.tar", "../one/layer.tar")
        .file(prefix + "three.tar.gz", new byte[] {0x1f, (byte) 0x8b, 8, 0})
        .file(prefix + "config.json", config("base", "base", "zipped"))
        .file(
            prefix + "manifest.json",
            Layout.json(
                manifest("['app:latest']", "one/layer.tar", "two/layer.tar", "three.tar.gz")));
  }

  @Test
  void opensADockerArchiveOfAnyOrderAndFollowsItsLinks() throws IOException {
    for (String prefix : new String[] {"", "./", "/"}) {
      try (Image image = open("docker-archive:", ":app", docker(prefix))) {
        assertThat(image.name()).isEqualTo("docker-archive:" + file + ":app");
        assertThat(image.manifestDigest()).isEmpty();
        assertThat(content(image.layers().get(0))).isEqualTo("base");
        assertThat(content(image.layers().get(1))).isEqualTo("base");
        assertThat(image.layers().get(1).digest()).contains(Layout.layerDigest("base"));
        assertThat(image.layers().get(2).digest()).isEmpty();
        assertThat(image.layers().get(2).size()).isEqualTo(4);
      }
    }
  }

  @Test
  void namesOfADockerArchive() throws IOException {
    Tar tar = docker("");
    for (String ref : new String[] {"", ":app:latest", ":docker.io/library/app", ":@0"}) {
      open("docker-archive:", ref, tar).close();
    }
    open("", "", tar).close();
    refused("docker-archive:", ":other", tar, Kind.NOT_FOUND, "'other'", "app:latest");
    refused("docker-archive:", ":@1", tar, Kind.NOT_FOUND, "@1");
    refused("oci-archive:", "", tar, Kind.INVALID_IMAGE, "docker-archive:" + file);
    refused("oci:", "", tar, Kind.INVALID_IMAGE, "no OCI image layout");
  }

  @Test
  void severalImagesAreListed() throws IOException {
    Tar tar =
        docker("")
            .file("other.json", config())
            .file(
                "manifest.json",
                Layout.json(
                    "[{'Config':'config.json','RepoTags':['a:1','b:2'],"
                        + "'Layers':['one/layer.tar','one/layer.tar','three.tar.gz']},"
                        + "{'Config':'other.json','RepoTags':null,'Layers':null}]"));
    refused("docker-archive:", "", tar, Kind.USAGE, "2 images", "a:1, b:2, @1");
    try (Image image = open("docker-archive:", ":@1", tar)) {
      assertThat(image.layers()).isEmpty();
    }
    assertThat(Images.list("docker-archive:" + file, options()))
        .extracting(ImageName::toString)
        .containsExactly("a:1", "b:2", "@1");
  }

  @Test
  void refusesBrokenDockerArchives() {
    Tar noConfig = new Tar().file("manifest.json", Layout.json(manifest("null", "l")));
    refused("docker-archive:", "", noConfig, Kind.NOT_FOUND, "config.json");
    Tar noLayer =
        new Tar()
            .file("config.json", config("x"))
            .file("manifest.json", Layout.json(manifest("null", "l")));
    refused("docker-archive:", "", noLayer, Kind.NOT_FOUND, "'l'", "layer sha256:");
    Tar count = docker("").file("config.json", config("base"));
    refused("docker-archive:", "", count, Kind.INVALID_IMAGE, "3 layers", "1 diffIDs");
    Tar none = docker("").file("manifest.json", Layout.json("null"));
    refused("docker-archive:", "", none, Kind.NOT_FOUND, "no image");
    Tar climbs =
        docker("").file("manifest.json", Layout.json(manifest("null", "../../etc/x", "l", "l")));
    refused("docker-archive:", "", climbs, Kind.INVALID_IMAGE, "out of the archive");
    refused(
        "docker-archive:",
        "",
        new Tar().file("etc/passwd", "x"),
        Kind.INVALID_IMAGE,
        "is a tar, but no image",
        "etc/passwd");
  }

  @Test
  void aMemberNamedByItsDigestIsVerified() throws IOException {
    byte[] config = config("base");
    String name = FolderContents.name(Hasher.hash(Digest.Algorithm.SHA256, config));
    String layer = FolderContents.name(Layout.layerDigest("base"));
    byte[] manifest =
        Layout.json("[{'Config':'" + name + "','RepoTags':[],'Layers':['" + layer + "']}]");
    Tar tar = new Tar().file(name, config).file(layer, "base").file("manifest.json", manifest);
    try (Image image = open("docker-archive:", "", tar)) {
      assertThat(image.layers().get(0).digest()).contains(Layout.layerDigest("base"));
    }
    refused("docker-archive:", "", tar.file(name, config("other")), Kind.MISMATCH, "digest");
  }

  @Test
  void linksStayInTheArchiveAndEnd() {
    Tar loop = docker("").symlink("one/layer.tar", "../two/layer.tar");
    refused("docker-archive:", "", loop, Kind.INVALID_IMAGE, "40 links");
    Tar escape = docker("").symlink("one/layer.tar", "../../etc/shadow");
    refused("docker-archive:", "", escape, Kind.INVALID_IMAGE, "out of the archive");
    Tar name = docker("").file("../evil", "x");
    refused("docker-archive:", "", name, Kind.INVALID_IMAGE, "out of the archive", "../evil");
  }

  @Test
  void followsLinkedFoldersAndHardLinks() throws IOException {
    Tar tar =
        new Tar()
            .file("real/a.tar", "base")
            .symlink("alias", "real")
            .hardLink("hard.tar", "alias/a.tar")
            .file("config.json", config("base", "base"))
            .file("manifest.json", Layout.json(manifest("null", "alias/a.tar", "hard.tar")));
    try (Image image = open("docker-archive:", "", tar)) {
      assertThat(content(image.layers().get(0))).isEqualTo("base");
      assertThat(content(image.layers().get(1))).isEqualTo("base");
    }
  }

  private static Tar tarOf(Layout layout, String prefix) {
    Tar tar = new Tar();
    layout.files.forEach((name, content) -> tar.file(prefix + name, content));
    return tar;
  }

  @Test
  void opensAnOciArchive() throws IOException {
    Layout layout = new Layout();
    layout.list(layout.image("linux/amd64", Layout.ref("app"), "base", "top"));
    try (Image image = open("oci-archive:", ":app", tarOf(layout, "./"))) {
      assertThat(image.layers()).hasSize(2);
      assertThat(content(image.layers().get(1))).isEqualTo("top");
    }
    try (Image image = open("", "", tarOf(layout, ""))) {
      assertThat(image.name()).isEqualTo("oci-archive:" + file);
    }
    refused("docker-archive:", "", tarOf(layout, ""), Kind.INVALID_IMAGE, "oci-archive:" + file);
  }

  @Test
  void anArchiveOfBothKindsIsFoundByTheNamesOfBoth() throws IOException {
    Layout layout = new Layout();
    layout.list(layout.image("linux/amd64", Layout.ref("latest"), "base"));
    Tar tar =
        tarOf(layout, "")
            .file("config.json", config("base"))
            .file(
                "manifest.json",
                Layout.json(
                    manifest("['app:1']", FolderContents.name(Layout.layerDigest("base")))));
    try (Image image = open("", "", tar)) {
      assertThat(image.manifestDigest()).isPresent();
    }
    try (Image image = open("", ":app:1", tar)) {
      assertThat(image.name()).isEqualTo("docker-archive:" + file + ":app:1");
      assertThat(content(image.layers().get(0))).isEqualTo("base");
    }
    open("docker-archive:", ":app:1", tar).close();
    open("oci-archive:", ":latest", tar).close();
    refused("", ":nope", tar, Kind.NOT_FOUND, "'nope'");
  }

  private interface Wrap {
    OutputStream around(OutputStream out) throws IOException;
  }

  private void wrap(Wrap wrap, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = wrap.around(bytes)) {
      out.write(content);
    }
    Files.write(file, bytes.toByteArray());
  }

  private long unwrapped() throws IOException {
    try (Stream<Path> files = Files.list(storeRoot.resolve("ocifs/unwrapped"))) {
      return files.count();
    }
  }

  @Test
  void unwrapsAnArchiveOnceWhateverItsCompression() throws IOException {
    List<Wrap> wraps =
        List.of(
            GZIPOutputStream::new,
            out -> new XZOutputStream(out, new LZMA2Options(0)),
            BZip2CompressorOutputStream::new);
    int n = 0;
    for (Wrap wrap : wraps) {
      wrap(wrap, docker("").bytes());
      n++;
      for (int round = 0; round < 2; round++) {
        try (Image image = Images.open("docker-archive:" + file, options())) {
          assertThat(content(image.layers().get(0))).isEqualTo("base");
        }
        assertThat(unwrapped()).isEqualTo(n);
      }
    }
    assertThat(storeRoot.resolve("ocifs/tmp")).isEmptyDirectory();
  }

  @Test
  void whatIsUnwrappedIsFoundAgainWithoutReadingTheArchive() throws IOException {
    wrap(GZIPOutputStream::new, docker("").bytes());
    Images.open(file.toString(), options()).close();
    try (Stream<Path> files = Files.list(storeRoot.resolve("ocifs/unwrapped"))) {
      Files.write(files.findFirst().orElseThrow(), new Tar().file("planted", "x").bytes());
    }
    assertThatThrownBy(() -> Images.open(file.toString(), options()))
        .hasMessageContaining("planted");
  }

  @Test
  void refusesBrokenAndExplodingWrappers() throws IOException {
    wrap(GZIPOutputStream::new, docker("").bytes());
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> Images.open(file.toString(), options()))
        .hasMessageContaining("cut off");
    whole[whole.length / 2] ^= 0x55;
    Files.write(file, whole);
    assertThatThrownBy(() -> Images.open(file.toString(), options()))
        .isInstanceOf(OcifsException.class);

    Files.write(file, compress(docker("").bytes()));
    Limits tight = Limits.DEFAULT.withMaxLayerBytes(1000);
    assertThatThrownBy(() -> Images.open(file.toString(), options().withLimits(tight)))
        .hasMessageContainingAll("1000", "--max-layer-bytes");
    Files.write(file, compress(new byte[(int) Limits.RATIO_FREE_BYTES + 1]));
    Limits ratio = Limits.DEFAULT.withMaxRatio(100);
    assertThatThrownBy(() -> Images.open(file.toString(), options().withLimits(ratio)))
        .hasMessageContainingAll("100 times", "--max-ratio");
    assertThat(unwrapped()).isZero();
    assertThat(storeRoot.resolve("ocifs/tmp")).isEmptyDirectory();
  }

  private static byte[] compress(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  @Test
  void aWrapperNeedsAStore() throws IOException {
    wrap(GZIPOutputStream::new, docker("").bytes());
    assertThatThrownBy(() -> Images.open(file.toString(), OpenOptions.DEFAULT))
        .hasMessageContaining("no store");
    Files.write(file, new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0});
    assertThatThrownBy(() -> Images.open(file.toString(), options())).hasMessageContaining("zstd");
  }

  @Test
  void aFileThatGetsShorterIsAnErrorAndNotACrash() throws IOException {
    try (Image image = open("docker-archive:", "", docker(""))) {
      Files.write(file, new byte[100]);
      assertThatThrownBy(() -> content(image.layers().get(0)))
          .hasMessageContainingAll(file.toString(), "shorter")
          .isInstanceOf(OcifsException.class);
    }
  }

  @Test
  void readsBeyondTheEndAndAfterTheCloseFail() throws IOException {
    Files.writeString(file, "0123456789");
    FileBlob whole = FileBlob.open(file);
    BlobSource range = new RangeBlob(whole, 2, 5, "part");
    byte[] five = new byte[7];
    range.readFully(0, five, 1, 5);
    assertThat(new String(five, 1, 5, UTF_8)).isEqualTo("23456");
    for (long pos : new long[] {-1, 1, 5, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> range.readFully(pos, new byte[5], 0, 5))
          .hasMessageContaining("(part)")
          .isInstanceOf(OcifsException.class);
    }
    assertThatThrownBy(() -> new RangeBlob(whole, 6, 5, "x"))
        .isInstanceOf(IllegalArgumentException.class);
    whole.close();
    assertThatThrownBy(() -> range.readFully(0, new byte[5], 0, 5)).hasMessageContaining("closed");
  }
}
