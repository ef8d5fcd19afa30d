package dev.ocifs.tests.conformance;

import static dev.ocifs.tests.image.Entry.directory;
import static dev.ocifs.tests.image.Entry.file;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.PaxText;
import dev.ocifs.tests.image.SparseForm;
import dev.ocifs.tests.image.TarHeader;
import dev.ocifs.tests.image.TarHeader.Field;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import dev.ocifs.tests.model.LineBuilder;
import dev.ocifs.tests.model.TreeListing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules 22 to 25 of docs/semantics.md: the grammar of tars. */
class TarRulesTest {
  @TempDir Path dir;
  private Workbench bench;

  @BeforeEach
  void begin() throws IOException {
    bench = new Workbench(dir);
  }

  private static TarWriter tar() {
    return new TarWriter(TarWriter.Form.PAX);
  }

  private static TestImage image(byte[] tar) {
    return TestImage.of(TestLayer.of(LayerBytes.GZIP, tar));
  }

  private void refused(int rule, byte[] tar) throws IOException {
    bench.refused(image(tar), OcifsException.Kind.INVALID_IMAGE, rule);
  }

  @ParameterizedTest
  @EnumSource(TarWriter.Form.class)
  void rule22LongNamesOfEveryForm(TarWriter.Form form) throws IOException {
    String path = "d".repeat(120) + "/" + "n".repeat(250);
    byte[] tar = new TarWriter(form).add(Entry.symlink(path, path)).add(file("z", "z")).end();
    TreeListing listing = bench.list(image(tar));
    assertThat(listing.line(path).link()).isEqualTo(path);
    assertThat(listing.lines()).containsKey("z");
  }

  @ParameterizedTest
  @EnumSource(SparseForm.class)
  void rule22SparseFilesOfEveryForm(SparseForm form) throws IOException {
    byte[] content = new byte[700_000];
    new Random(4).nextBytes(content);
    long[] runs = new long[100];
    for (int i = 0; i < runs.length; i += 2) {
      runs[i] = 5000 + i * 6000L;
      runs[i + 1] = 1 + i * 40L;
    }
    Entry sparse = file("sparse", content).sparse(runs);
    Entry hole = file("hole", new byte[100_000]).sparse();
    byte[] tar = tar().add(sparse, form).add(hole, form).add(file("z", "z")).end();
    TreeListing listing = bench.list(image(tar));
    assertThat(listing.line("sparse").sha256())
        .isEqualTo(new LineBuilder('f').content(sparse.content()).build().sha256());
    assertThat(listing.line("hole").sha256())
        .isEqualTo(new LineBuilder('f').content(new byte[100_000]).build().sha256());
    assertThat(listing.line("z").size()).isEqualTo(1);
  }

  @Test
  void rule22DataAndHolesOfSparseFilesAreFound() throws IOException {
    // The first two runs touch; before, between and behind are holes.
    Entry sparse = file("sparse", new byte[10_000]).sparse(1000, 500, 1500, 100, 5000, 1);
    byte[] tar = tar().add(sparse).add(file("plain", "text")).end();
    try (ImageView view = bench.open(bench.layout(image(tar)))) {
      long inode = view.lookup(ImageView.ROOT, "sparse".getBytes(StandardCharsets.US_ASCII));
      long[][] due = {
        // from, next data, next hole
        {0, 1000, 0},
        {999, 1000, 999},
        {1000, 1000, 1600},
        {1499, 1499, 1600},
        {1500, 1500, 1600},
        {1600, 5000, 1600},
        {5000, 5000, 5001},
        {5001, -1, 5001},
        {9999, -1, 9999},
      };
      for (long[] row : due) {
        assertThat(view.nextData(inode, row[0])).as("data from %d", row[0]).isEqualTo(row[1]);
        assertThat(view.nextHole(inode, row[0])).as("hole from %d", row[0]).isEqualTo(row[2]);
      }
      long plain = view.lookup(ImageView.ROOT, "plain".getBytes(StandardCharsets.US_ASCII));
      assertThat(view.nextData(plain, 3)).isEqualTo(3);
      assertThat(view.nextData(plain, 4)).isEqualTo(-1);
      assertThat(view.nextHole(plain, 0)).isEqualTo(4);
    }
  }

  @Test
  void rule22GlobalAndUnknownRecordsAreIgnored() throws IOException {
    byte[] tar =
        tar()
            .pax('g', new PaxText().add("path", "other").add("uid", "7"))
            .pax('x', new PaxText().add("VENDOR.key", "value"))
            .add(file("f", "text"))
            .end();
    TreeListing listing = bench.list(image(tar));
    assertThat(listing.lines()).containsOnlyKeys(".", "f");
    assertThat(listing.line("f").uid()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no length",
        "99999 path=short\n",
        "6 a=bc",
        "5 ab\n",
        "11 path=abc!",
        "0 =\n",
        "-1 a=b\n"
      })
  void rule22MalformedRecordsAreErrors(String record) throws IOException {
    refused(22, tar().pax('x', new PaxText().raw(record)).add(file("f", "")).end());
    refused(22, tar().pax('g', new PaxText().raw(record)).add(file("f", "")).end());
  }

  @Test
  void rule22AWrongChecksumIsAnError() throws IOException {
    refused(
        22, tar().member(TarHeader.ustar('0', "f").text(Field.CHECKSUM, "1"), new byte[0]).end());
  }

  @Test
  void rule23ThePaxSizeCountsAndMovesTheReader() throws IOException {
    byte[] content = new byte[1000];
    byte[] tar =
        tar()
            .pax('x', new PaxText().add("size", "1000"))
            .member(TarHeader.ustar('0', "f").number(Field.SIZE, 5), content)
            .add(file("z", "after"))
            .end();
    TreeListing listing = bench.list(image(tar));
    assertThat(listing.line("f").size()).isEqualTo(1000);
    assertThat(listing.line("z").size()).isEqualTo(5);
  }

  @Test
  void rule23RecordsBelongToTheNextRealEntryAlone() throws IOException {
    byte[] tar =
        tar()
            .pax('x', new PaxText().add("uid", "42"))
            .gnuLong('L', "long")
            .pax('g', new PaxText().add("comment", "between"))
            .add(file("f", ""))
            .add(file("z", ""))
            .end();
    TreeListing listing = bench.list(image(tar));
    assertThat(listing.line("long").uid()).isEqualTo(42);
    assertThat(listing.line("z").uid()).isZero();
  }

  @Test
  void rule24OldTypesAreFilesAndUnknownOnesErrors() throws IOException {
    TarWriter tar = tar();
    for (char type : new char[] {'\0', '7'}) {
      byte[] content = {1, 2, 3};
      String name = "type" + (int) type;
      tar.member(TarHeader.ustar(type, name).number(Field.SIZE, 3), content);
    }
    TreeListing listing = bench.list(image(tar.end()));
    assertThat(listing.line("type0").size()).isEqualTo(3);
    assertThat(listing.line("type55").type()).isEqualTo('f');
    assertThat(bench.findings(image(tar.toBytes())))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.rule()).isEqualTo(24);
              assertThat(finding.severity()).isEqualTo(Finding.Severity.DIFFERENCE);
              assertThat(new String(finding.entry(), UTF_8)).isEqualTo("type55");
            });
    for (char type : new char[] {'Z', 'D', 'M', 'V', '9'}) {
      refused(24, tar().member(TarHeader.ustar(type, "f"), new byte[0]).end());
    }
  }

  @Test
  void rule25EndsOfEveryKindAreAccepted() throws IOException {
    byte[] whole = tar().add(file("f", "text")).add(directory("d")).end();
    byte[] noEnd = tar().add(file("f", "text")).add(directory("d")).toBytes();
    byte[] junk = tar().raw(whole).raw(new byte[] {1, 2, 3}).toBytes();
    byte[] zeros = tar().raw(whole).raw(new byte[100_000]).toBytes();
    TreeListing due = bench.list(image(whole));
    assertThat(due.lines()).containsOnlyKeys(".", "d", "f");
    for (byte[] tar : new byte[][] {noEnd, junk, zeros}) {
      assertThat(bench.list(image(tar)).differences(due)).isEmpty();
    }
    assertThat(bench.list(image(new byte[0])).lines()).containsOnlyKeys(".");
  }
}
