package dev.ocifs.tests.conformance;

import static dev.ocifs.tests.image.ByteText.bytes;
import static dev.ocifs.tests.image.JsonText.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.PaxText;
import dev.ocifs.tests.image.SparseForm;
import dev.ocifs.tests.image.TarHeader;
import dev.ocifs.tests.image.TarHeader.Field;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import dev.ocifs.tests.model.TreeListing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Images that mean harm: each is refused in one line, or served without it, in the heap that all
 * tests have (256 MB), and nothing is left in the store.
 */
class HostileImagesTest {
  @TempDir Path dir;
  private Workbench bench;

  @BeforeEach
  void begin() throws IOException {
    bench = new Workbench(dir);
  }

  private static TestImage plain(byte[] tar) {
    return TestImage.of(TestLayer.of(LayerBytes.PLAIN, tar));
  }

  private static TarWriter tar() {
    return new TarWriter(TarWriter.Form.PAX);
  }

  @Test
  void namesThatClimbStayInside() throws IOException {
    Path outside = Files.writeString(dir.resolve("outside"), "host");
    String climb = "../".repeat(100) + outside.toString().substring(1);
    var listing =
        bench.list(
            List.of(
                Entry.file(climb, "image"),
                Entry.symlink("link", "../".repeat(100) + dir),
                Entry.file("link/inside", ""),
                Entry.whiteout("link/outside")));
    assertThat(Files.readString(outside)).isEqualTo("host");
    assertThat(dir.resolve("inside")).doesNotExist();
    assertThat(listing.line(outside.toString().substring(1)).size()).isEqualTo(5);
    assertThat(listing.lines()).containsKey(dir.toString().substring(1) + "/inside");
  }

  @Test
  void aHardLinkThroughSymbolicLinksStaysInside() throws IOException {
    Path outside = Files.writeString(dir.resolve("outside"), "host");
    bench.refused(
        14,
        List.of(
            Entry.symlink("up", "/".repeat(3) + "../".repeat(50) + dir),
            Entry.hardLink("stolen", "up/" + outside.getFileName())));
  }

  @Test
  void theRootCannotBeReplaced() throws IOException {
    bench.refused(13, List.of(Entry.symlink("/", "/etc")));
    bench.refused(13, List.of(Entry.directory(".")), List.of(Entry.file("x/..", "")));
  }

  @Test
  void gzipBombsMeetTheRatio() throws IOException {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      int mebibytes = 100;
      gzip.write(
          tar()
              .member(
                  TarHeader.ustar('0', "zeros").number(Field.SIZE, (long) mebibytes << 20),
                  new byte[0])
              .toBytes());
      for (int i = 0; i < mebibytes; i++) {
        gzip.write(new byte[1 << 20]);
      }
    }
    bench.limits(Limits.DEFAULT.withMaxRatio(500));
    String reference = layer(MediaType.OCI_LAYER_GZIP.value(), bomb.toByteArray(), new byte[0]);
    assertThat(bench.refused(reference, Kind.LIMIT, 0)).hasMessageContaining("--max-ratio");
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD", "PLAIN"})
  void layersThatGrowMeetTheLimitOfBytes(LayerBytes bytes) throws IOException {
    byte[] tar = TarWriter.tar(Entry.file("zeros", new byte[4 << 20]));
    bench.limits(Limits.DEFAULT.withMaxLayerBytes(3 << 20));
    assertThat(bench.refused(TestImage.of(TestLayer.of(bytes, tar)), Kind.LIMIT, 0))
        .hasMessageContaining("--max-layer-bytes");
  }

  /** A layout of one image with this blob as its layer, whatever the tar in it. */
  private String layer(String mediaType, byte[] blob, byte[] tar) throws IOException {
    OciLayoutWriter layout = new OciLayoutWriter();
    var layer = layout.blob(mediaType, blob);
    var config =
        layout.document(
            MediaType.OCI_CONFIG.value(),
            object("rootfs", object("diff_ids", List.of("sha256:" + TestImage.sha256(tar)))));
    var manifest =
        layout.document(
            MediaType.OCI_MANIFEST.value(), object("config", config, "layers", List.of(layer)));
    return bench.layout(layout.list("test", manifest));
  }

  @Test
  void manyEntriesMeetTheirLimit() throws IOException {
    TarWriter tar = tar();
    for (int i = 0; i < 5000; i++) {
      tar.add(Entry.file("f" + i, ""));
    }
    bench.limits(Limits.DEFAULT.withMaxEntries(4000));
    assertThat(bench.refused(plain(tar.end()), Kind.LIMIT, 0))
        .hasMessageContaining("--max-entries");
  }

  @Test
  void sparseFilesOfExbibytesCostNothing() throws IOException {
    long size = Long.MAX_VALUE - 10;
    byte[] tar =
        tar()
            .pax(
                'x',
                new PaxText()
                    .add("GNU.sparse.size", String.valueOf(size))
                    .add("GNU.sparse.numblocks", "1")
                    .add("GNU.sparse.offset", String.valueOf(size))
                    .add("GNU.sparse.numbytes", "0"))
            .member(TarHeader.ustar('0', "huge"), new byte[0])
            .end();
    String reference = bench.layout(plain(tar));
    try (ImageView view = bench.open(reference)) {
      long inode = view.lookup(ImageView.ROOT, bytes("huge"));
      Attributes attributes = new Attributes();
      view.attributes(inode, attributes);
      assertThat(attributes.size).isEqualTo(size);
      byte[] end = {1, 1, 1, 1};
      assertThat(view.read(inode, size - 3, MemorySegment.ofArray(end))).isEqualTo(3);
      assertThat(end).containsExactly(0, 0, 0, 1);
    }
  }

  @ParameterizedTest
  @EnumSource(SparseForm.class)
  void sparseMapsThatLieAreErrors(SparseForm form) throws IOException {
    Entry beyond = Entry.file("s", new byte[1000]).sparse(0, 100, 50, 100);
    bench.refused(plain(tar().add(beyond, form).end()), Kind.INVALID_IMAGE, 22);
  }

  @Test
  void paxHeadersAreBounded() throws IOException {
    byte[] large = new byte[3 << 20];
    Arrays.fill(large, (byte) 'x');
    PaxText records = new PaxText().add("comment", new String(large, StandardCharsets.US_ASCII));
    byte[] tar = tar().pax('x', records).add(Entry.file("f", "")).end();
    assertThat(bench.refused(plain(tar), Kind.LIMIT, 0)).hasMessageContaining("--max-pax-bytes");
    byte[] claimed =
        tar().member(TarHeader.ustar('x', "p").number(Field.SIZE, 100L << 20), new byte[0]).end();
    assertThat(bench.refused(plain(claimed), Kind.LIMIT, 0))
        .hasMessageContaining("--max-pax-bytes");
  }

  @Test
  void deepAndLongPathsMeetTheirLimits() throws IOException {
    assertThat(
            bench.refused(
                plain(TarWriter.tar(Entry.file("d/".repeat(2000) + "f", ""))), Kind.LIMIT, 0))
        .hasMessageContaining("--max-path-depth");
    assertThat(
            bench.refused(
                plain(TarWriter.tar(Entry.file(("d".repeat(250) + "/").repeat(300) + "f", ""))),
                Kind.LIMIT,
                0))
        .hasMessageContaining("--max-path-bytes");
  }

  @Test
  void oneReadingOfSizesOnly() throws IOException {
    byte[] hidden = TarWriter.tar(Entry.file("hidden", "smuggled"));
    byte[] tar =
        tar()
            .pax('x', new PaxText().add("size", String.valueOf(hidden.length)))
            .member(TarHeader.ustar('0', "outer").number(Field.SIZE, 0), hidden)
            .add(Entry.file("z", ""))
            .end();
    assertThat(bench.list(plain(tar)).lines()).containsOnlyKeys(".", "outer", "z");
  }

  @Test
  void sizesThatAreNegativeOrOverflowAreErrors() throws IOException {
    for (long size : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      TarHeader header = TarHeader.gnu('0', "f").base256(Field.SIZE, size);
      bench.refused(plain(tar().member(header, new byte[0]).end()), Kind.INVALID_IMAGE, 22);
    }
    for (String size : List.of("-1", "9223372036854775808", "1e3", "0x10", "9".repeat(400))) {
      byte[] tar =
          tar()
              .pax('x', new PaxText().add("size", size))
              .member(TarHeader.ustar('0', "f"), new byte[0])
              .end();
      bench.refused(plain(tar), Kind.INVALID_IMAGE, 22);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e1000000000", "9223372036854775808", "NaN", "1.2.3", "0x1", ""})
  void timesThatOverflowAreErrorsOrNothing(String mtime) throws IOException {
    byte[] tar =
        tar()
            .pax('x', new PaxText().add("mtime", mtime))
            .member(TarHeader.ustar('0', "f").number(Field.MTIME, 5), new byte[0])
            .end();
    if (mtime.isEmpty()) {
      // POSIX: an empty value takes the record back.
      assertThat(bench.list(plain(tar)).line("f").mtimeSeconds()).isEqualTo(5);
      return;
    }
    try {
      bench.list(plain(tar));
      throw new AssertionError("accepted " + mtime);
    } catch (OcifsException e) {
      assertThat(e.rule()).isIn(18, 22);
    }
  }

  @Test
  void truncatedTarsAreErrors() throws IOException {
    byte[] whole = TarWriter.tar(Entry.file("f", new byte[5000]));
    for (int length : new int[] {100, 511, 513, 3000, 5000}) {
      bench.refused(plain(Arrays.copyOf(whole, length)), Kind.INVALID_IMAGE, 22);
    }
  }

  @Test
  void documentsHaveALimit() throws IOException {
    OciLayoutWriter layout = new OciLayoutWriter();
    byte[] huge = ("{\"a\":\"" + "x".repeat(5 << 20) + "\"}").getBytes(StandardCharsets.US_ASCII);
    bench.refused(
        bench.layout(layout.list("test", layout.blob(MediaType.OCI_MANIFEST.value(), huge))),
        Kind.LIMIT,
        28);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":"})
  void documentsOfGreatDepthAreErrors(String open) throws IOException {
    OciLayoutWriter layout = new OciLayoutWriter();
    byte[] deep = open.repeat(100_000).getBytes(StandardCharsets.US_ASCII);
    bench.refused(
        bench.layout(layout.list("test", layout.blob(MediaType.OCI_MANIFEST.value(), deep))),
        Kind.INVALID_IMAGE,
        28);
  }

  @Test
  void symbolicLinkLoopsAreServed() throws IOException {
    var listing = bench.list(List.of(Entry.symlink("a", "b"), Entry.symlink("b", "a")));
    assertThat(listing.line("a").link()).isEqualTo("b");
  }

  @Test
  void controlCharactersAreEscapedInMessages() throws IOException {
    String escape = "\u001b[31m\r\n";
    OcifsException e = bench.refused(14, List.of(Entry.hardLink(escape, escape)));
    assertThat(e.getMessage()).doesNotContain("\u001b", "\r", "\n").contains("[31m");
    OciLayoutWriter layout = new OciLayoutWriter();
    layout.list("r" + escape, object("mediaType", "x", "digest", escape, "size", 1));
    bench.refused(bench.layout(layout), Kind.INVALID_IMAGE, 26);
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "GZIP_MEMBERS", "ZSTD"})
  void damagedLayersGiveErrorsOrTheSameBytes(LayerBytes bytes) throws IOException {
    byte[] content = new byte[20_000];
    new Random(5).nextBytes(content);
    byte[] tar = TarWriter.tar(Entry.file("f", content));
    byte[] blob = bytes.of(tar);
    TreeListing due = bench.list(TestImage.of(TestLayer.of(bytes, tar)));
    int refused = 0;
    for (int at = 0; at < blob.length; at += 1 + blob.length / 40) {
      byte[] damaged = blob.clone();
      damaged[at] ^= 0x15;
      // The digest is that of the damaged blob: the decoder alone has to see it.
      String reference = layer(bytes.mediaType(), damaged, tar);
      try {
        // What an archiver says of itself in a gzip header is not content.
        assertThat(bench.list(reference).differences(due)).as("byte " + at).isEmpty();
      } catch (OcifsException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(30);
  }

  @Test
  void bombsWithinBombsAreOneLayerOnly() throws IOException {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(inner)) {
      gzip.write(TarWriter.tar(Entry.file("deep", "")));
    }
    // A layer is decompressed once: what comes out is a tar or an error.
    bench.refused(
        TestImage.of(TestLayer.of(LayerBytes.GZIP, inner.toByteArray())), Kind.INVALID_IMAGE, 22);
  }
}
