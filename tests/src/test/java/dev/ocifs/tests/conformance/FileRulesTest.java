package dev.ocifs.tests.conformance;

import static dev.ocifs.tests.image.ByteText.bytes;
import static dev.ocifs.tests.image.Entry.blockDevice;
import static dev.ocifs.tests.image.Entry.characterDevice;
import static dev.ocifs.tests.image.Entry.directory;
import static dev.ocifs.tests.image.Entry.fifo;
import static dev.ocifs.tests.image.Entry.file;
import static dev.ocifs.tests.image.Entry.hardLink;
import static dev.ocifs.tests.image.Entry.symlink;
import static dev.ocifs.tests.image.Entry.whiteout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.PaxText;
import dev.ocifs.tests.image.TarHeader;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import dev.ocifs.tests.model.TreeListing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules 14 to 21 of docs/semantics.md: links, devices, attributes, names. */
class FileRulesTest {
  @TempDir Path dir;
  private Workbench bench;

  @BeforeEach
  void begin() throws IOException {
    bench = new Workbench(dir);
  }

  @Test
  void rule14LinksNameEarlierLowerAndLaterFiles() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(file("low", "low").mode(0600)),
            List.of(
                hardLink("a", "low").mode(0777).owner(9, 9).mtime(1, 1),
                hardLink("b", "/late"),
                hardLink("c", "../b"),
                file("late", "late!")));
    assertThat(listing.line("a")).isEqualTo(listing.line("low"));
    assertThat(listing.line("a").mode()).isEqualTo(0600);
    assertThat(listing.line("a").nlink()).isEqualTo(2);
    assertThat(listing.line("c").nlink()).isEqualTo(3);
    assertThat(listing.line("c").size()).isEqualTo(5);
    assertThat(listing.line("c").group()).isEqualTo("b");
  }

  @Test
  void rule14ALinkToASymbolicLinkIsOne() throws IOException {
    TreeListing listing = bench.list(List.of(file("f", ""), symlink("s", "f"), hardLink("h", "s")));
    assertThat(listing.line("h").link()).isEqualTo("f");
    assertThat(listing.line("h").nlink()).isEqualTo(2);
  }

  @Test
  void rule14WhiteoutsBeforeAndAfterALink() throws IOException {
    List<Entry> lower = List.of(file("f", "text"));
    TreeListing listing = bench.list(lower, List.of(hardLink("g", "f"), whiteout("f")));
    assertThat(listing.lines()).containsOnlyKeys(".", "g");
    assertThat(listing.line("g").nlink()).isEqualTo(1);
    bench.refused(14, lower, List.of(whiteout("f"), hardLink("g", "f")));
  }

  @Test
  void rule14ALaterWhiteoutOfADirectoryThatTheLayerMakesAnew() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(file("d/f", "text")),
            List.of(file("d/new", ""), hardLink("g", "d/f"), whiteout("d")));
    assertThat(listing.lines()).containsOnlyKeys(".", "d", "d/new", "g");
    assertThat(listing.line("g").size()).isEqualTo(4);
  }

  @Test
  void rule14ReplacingOneNameLeavesTheOthers() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(file("a", "old"), hardLink("b", "a"), hardLink("c", "a")),
            List.of(file("a", "newer"), whiteout("b")));
    assertThat(listing.line("c").size()).isEqualTo(3);
    assertThat(listing.line("c").nlink()).isEqualTo(1);
    assertThat(listing.line("a").size()).isEqualTo(5);
  }

  @Test
  void rule14MissingItselfAndDirectoriesCannotBeLinked() throws IOException {
    bench.refused(14, List.of(hardLink("a", "missing")));
    bench.refused(14, List.of(hardLink("a", "a")));
    bench.refused(14, List.of(hardLink("a", "b"), hardLink("b", "a")));
    bench.refused(14, List.of(directory("d"), hardLink("a", "d")));
    bench.refused(14, List.of(hardLink("a", "/")));
  }

  @Test
  void rule15ControlDataOfOverlayIsData() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(file("f", "lower"), file("d/x", "")),
            List.of(
                characterDevice("f", 0, 0),
                directory("d")
                    .xattr("trusted.overlay.opaque", "y")
                    .xattr("user.overlay.opaque", "y")));
    assertThat(listing.line("f").device()).isEqualTo("0:0");
    assertThat(listing.line("d/x").type()).isEqualTo('f');
    assertThat(listing.line("d").xattrs())
        .containsOnlyKeys("trusted.overlay.opaque", "user.overlay.opaque");
  }

  @Test
  void rule16ExtendedAttributesAreBytes() throws IOException {
    Entry entry =
        file("f", "")
            .xattr("user.bytes", bytes("\0\u00ff=\n"))
            .xattr("user.\u00e9", "")
            .xattr("security.capability", bytes("\1\0\0\2"))
            .xattr("security.selinux", "label");
    assertThat(bench.list(List.of(entry)).line("f").xattrs())
        .containsEntry("user.bytes", "00ff3d0a")
        .containsEntry("user.\u00e9", "")
        .containsEntry("security.capability", "01000002")
        .hasSize(3);
    byte[] tar =
        new TarWriter(TarWriter.Form.PAX)
            .pax(
                'x',
                new PaxText()
                    .add("LIBARCHIVE.xattr.user.a", "YQ==")
                    .add("SCHILY.acl.access", "user::rwx"))
            .add(file("f", ""))
            .end();
    TestImage ignored = TestImage.of(TestLayer.of(LayerBytes.PLAIN, tar));
    assertThat(bench.list(ignored).line("f").xattrs()).isEmpty();
  }

  @Test
  void rule17ModesAndNodes() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(
                file("s", "").mode(06755),
                directory("t").mode(01777),
                symlink("l", "s").mode(0),
                fifo("p"),
                blockDevice("b", 4095, 1_048_575),
                characterDevice("c", 1, 3)));
    assertThat(listing.line("s").mode()).isEqualTo(06755);
    assertThat(listing.line("t").mode()).isEqualTo(01777);
    assertThat(listing.line("l").mode()).isEqualTo(0777);
    assertThat(listing.line("p").type()).isEqualTo('p');
    assertThat(listing.line("b").device()).isEqualTo("4095:1048575");
    assertThat(listing.line("c").type()).isEqualTo('c');
  }

  @Test
  void rule18TimesHaveNanosecondsAndMayBeNegative() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(
                file("ns", "").mtime(1_600_000_000, 123_456_789),
                file("old", "").mtime(-2, 999_999_999),
                file("huge", "").mtime(1L << 40, 0)));
    assertThat(listing.line("ns").mtimeNanos()).isEqualTo(123_456_789);
    assertThat(listing.line("old").mtimeSeconds()).isEqualTo(-2);
    assertThat(listing.line("old").mtimeNanos()).isEqualTo(999_999_999);
    assertThat(listing.line("huge").mtimeSeconds()).isEqualTo(1L << 40);
  }

  @Test
  void rule19OwnersAreNumbersOf32Bits() throws IOException {
    for (TarWriter.Form form : TarWriter.Form.values()) {
      byte[] tar = new TarWriter(form).add(file("f", "").owner(0xffff_fffeL, 3_000_000)).end();
      TreeListing listing = bench.list(TestImage.of(TestLayer.of(LayerBytes.PLAIN, tar)));
      assertThat(listing.line("f").uid()).isEqualTo(0xffff_fffeL);
      assertThat(listing.line("f").gid()).isEqualTo(3_000_000);
    }
    bench.refused(19, List.of(file("f", "").owner(1L << 32, 0)));
    bench.refused(19, List.of(file("f", "").owner(0, 0xffff_ffffL)));
    byte[] negative =
        new TarWriter(TarWriter.Form.GNU)
            .member(TarHeader.gnu('0', "f").base256(TarHeader.Field.UID, -1), new byte[0])
            .end();
    bench.refused(
        TestImage.of(TestLayer.of(LayerBytes.PLAIN, negative)),
        OcifsException.Kind.INVALID_IMAGE,
        19);
  }

  @Test
  void rule20NamesAreBytesOfAnyLength() throws IOException {
    String name = "\u00ff\u00fe\n".repeat(85);
    String deep = "d/".repeat(500) + name;
    TreeListing listing =
        bench.list(List.of(file(deep, ""), file("case", ""), file("CASE", ""), symlink("s", name)));
    assertThat(listing.lines()).containsKeys(deep, "case", "CASE");
    assertThat(listing.line("s").link()).isEqualTo(name);
    bench.refused(20, List.of(file("x".repeat(256), "")));
    bench.refused(20, List.of(symlink("s", "x".repeat(4096))));
  }

  @Test
  void rule21PathsAreNormalisedInsideTheRoot() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(
                file("/a", ""),
                file("./b", ""),
                file("c//c", ""),
                file("x/../d", ""),
                file("../../e", ""),
                file("f/./f", ""),
                file("g/", "")));
    assertThat(listing.lines())
        .containsOnlyKeys(".", "a", "b", "c", "c/c", "d", "e", "f", "f/f", "g");
    assertThat(listing.line("g").type()).isEqualTo('d');
  }
}
