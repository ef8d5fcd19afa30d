package dev.ocifs.layerfs.tar;

import static dev.ocifs.layerfs.tar.TarBytes.latin1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ocifs.layerfs.tar.TarBytes.Header;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {

  private static Listing only(TarBytes tar) throws IOException {
    List<Listing> all = Listing.of(tar.bytes());
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private static OcifsException refused(TarBytes tar) {
    return refused(tar, Limits.DEFAULT);
  }

  private static OcifsException refused(TarBytes tar, Limits limits) {
    OcifsException e =
        catchThrowableOfType(
            OcifsException.class, () -> Listing.of(tar.bytes(), limits, Integer.MAX_VALUE));
    assertThat(e).isNotNull();
    return e;
  }

  private static void refusedByRule(int rule, TarBytes tar) {
    OcifsException e = refused(tar);
    assertThat(e.kind()).isEqualTo(OcifsException.Kind.INVALID_IMAGE);
    assertThat(e.rule()).as(e.getMessage()).isEqualTo(rule);
  }

  @Test
  void readsEveryFieldOfAPlainHeader() throws IOException {
    TarBytes tar = new TarBytes().file("etc/motd", "hello");
    assertThat(only(tar))
        .isEqualTo(
            new Listing(
                TarEntry.Type.REGULAR,
                "etc/motd",
                "etc/motd",
                "",
                0644,
                1000,
                100,
                7,
                0,
                0,
                0,
                5,
                512,
                false,
                List.of(0L, 5L),
                List.of()));
    assertThat(only(tar).content(tar.bytes())).isEqualTo(latin1("hello"));
  }

  @Test
  void joinsTheUstarPrefixAndIgnoresThatOfV7() throws IOException {
    assertThat(only(new TarBytes().add(new Header("n", '0').put(345, "a/b"))).path())
        .isEqualTo("a/b/n");
    assertThat(only(new TarBytes().add(new Header("n", '0').v7().put(345, "a/b"))).path())
        .isEqualTo("n");
    assertThat(only(new TarBytes().add(new Header("n", '0').gnu().put(345, "a/b"))).path())
        .as("what old Go wrote")
        .isEqualTo("a/b/n");
    assertThat(
            only(new TarBytes().add(new Header("n", '0').gnu().put(345, "00000000017\0"))).path())
        .as("GNU's atime")
        .isEqualTo("n");
  }

  @Test
  void endsAtTwoZeroBlocksAndLeavesWhatFollows() throws IOException {
    assertThat(Listing.of(new byte[0])).isEmpty();
    assertThat(Listing.of(new byte[512])).isEmpty();
    assertThat(Listing.of(new TarBytes().file("a", "x").bytes())).hasSize(1);
    byte[] junk = new TarBytes().file("a", "x").zeroBlocks(2).file("b", "y").bytes();
    ArrayInput in = new ArrayInput(junk, 7);
    TarReader reader = new TarReader(in, Limits.DEFAULT);
    assertThat(reader.next()).isNotNull();
    assertThat(reader.next()).isNull();
    assertThat(reader.next()).isNull();
    assertThat(in.position()).isEqualTo(2048);
  }

  @Test
  void acceptsAnEndInsidePaddingOnly() throws IOException {
    byte[] tar = new TarBytes().file("a", "xyz").bytes();
    assertThat(Listing.of(Arrays.copyOf(tar, 512 + 3))).hasSize(1);
    refusedByRule(22, new TarBytes().raw(Arrays.copyOf(tar, 512 + 2)));
    refusedByRule(22, new TarBytes().raw(Arrays.copyOf(tar, 511)));
    refusedByRule(22, new TarBytes().raw(tar).raw(new byte[100]));
  }

  @Test
  void refusesASingleZeroBlockBeforeAHeader() {
    refusedByRule(22, new TarBytes().file("a", "").zeroBlocks(1).file("b", ""));
  }

  @Test
  void acceptsSignedAndUnsignedChecksumsOnly() throws IOException {
    byte[] signed = new Header("\u00e9\u00ff", '0').bytes(true).clone();
    assertThat(only(new TarBytes().raw(signed)).path()).isEqualTo("\u00e9\u00ff");
    byte[] wrong = new Header("a", '0').bytes(false).clone();
    wrong[5] ^= 1;
    refusedByRule(22, new TarBytes().raw(wrong));
  }

  @Test
  void letsTheCallerReadContent() throws IOException {
    ArrayInput in = new ArrayInput(new TarBytes().file("a", "xyz").file("b", "").bytes(), 9);
    TarReader reader = new TarReader(in, Limits.DEFAULT);
    reader.next();
    assertThat(in.read(new byte[2], 0, 2)).isEqualTo(2);
    TarEntry b = Objects.requireNonNull(reader.next());
    assertThat(b.path()).isEqualTo(latin1("b"));
    assertThat(reader.next()).as("the end").isNull();
  }

  @Test
  void complainsWhenTheCallerReadsTooFar() throws IOException {
    ArrayInput in = new ArrayInput(new TarBytes().file("a", "xyz").bytes(), 512);
    TarReader reader = new TarReader(in, Limits.DEFAULT);
    reader.next();
    in.skip(4);
    assertThatThrownBy(reader::next).isInstanceOf(IllegalStateException.class);
  }

  // Rules 14, 15, 17: types.

  @Test
  void readsLinksDevicesAndFifos() throws IOException {
    List<Listing> all =
        Listing.of(
            new TarBytes()
                .add(new Header("s", '2').link("../x//y"))
                .add(new Header("h", '1').link("/../x//y/").size(77))
                .add(new Header("c", '3').put(329, "0000005\0").put(337, "0000001\0"))
                .add(new Header("b", '4').base256(329, 8, 300).base256(337, 8, 70_000))
                .add(new Header("p", '6').put(100, "0107777\0"))
                .bytes());
    assertThat(all)
        .extracting(Listing::type)
        .containsExactly(
            TarEntry.Type.SYMLINK,
            TarEntry.Type.HARD_LINK,
            TarEntry.Type.CHARACTER_DEVICE,
            TarEntry.Type.BLOCK_DEVICE,
            TarEntry.Type.FIFO);
    assertThat(all).extracting(Listing::target).containsExactly("../x//y", "x/y", "", "", "");
    assertThat(all).extracting(Listing::major).containsExactly(0, 0, 5, 300, 0);
    assertThat(all).extracting(Listing::minor).containsExactly(0, 0, 1, 70_000, 0);
    assertThat(all.get(1).size()).as("a hard link has no content").isZero();
    assertThat(all.get(4).mode()).isEqualTo(07777);
  }

  @Test
  void refusesDeviceNumbersOutOfRange() {
    refusedByRule(22, new TarBytes().add(new Header("c", '3').base256(329, 8, 1L << 31)));
    refusedByRule(22, new TarBytes().add(new Header("c", '3').base256(337, 8, -1)));
  }

  // Rule 16.

  @Test
  void keepsXattrsByteForByteSortedTheLastOfAName() throws IOException {
    TarBytes tar =
        new TarBytes()
            .pax(
                "SCHILY.xattr.user.\u00ff", "old",
                "SCHILY.xattr.user.b", "a\n\0=\u00fe",
                "LIBARCHIVE.xattr.user.x", "eA",
                "SCHILY.acl.access", "user::rwx",
                "SCHILY.xattr.user.\u00ff", "")
            .file("f", "");
    assertThat(only(tar).xattrs()).containsExactly("user.b", "a\n\0=\u00fe", "user.\u00ff", "");
  }

  // Rule 18.

  @ParameterizedTest
  @CsvSource({
    "1.5,1,500000000",
    "1,1,0",
    "1.,1,0",
    "-1.5,-2,500000000",
    "-0.000000001,-1,999999999",
    "-1.0000000009,-1,0",
    "12.1234567899999,12,123456789",
    "9223372036854775807.999999999,9223372036854775807,999999999",
    "-9223372036854775808,-9223372036854775808,0"
  })
  void readsPaxTimesExactly(String text, long seconds, int nanos) throws IOException {
    Listing entry = only(new TarBytes().pax("mtime", text).file("f", ""));
    assertThat(entry.seconds()).isEqualTo(seconds);
    assertThat(entry.nanos()).isEqualTo(nanos);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775808",
        "-9223372036854775808.5",
        "-9223372036854775809",
        ".5",
        "-",
        "1.x",
        "1e9",
        " 1"
      })
  void refusesBadPaxTimes(String text) {
    refusedByRule(22, new TarBytes().pax("mtime", text).file("f", ""));
  }

  @Test
  void readsNegativeTimesOfHeaders() throws IOException {
    assertThat(only(new TarBytes().add(new Header("f", '0').base256(136, 12, -5))).seconds())
        .isEqualTo(-5);
  }

  // Rule 19.

  @Test
  void readsIdsOf32Bits() throws IOException {
    Listing header = only(new TarBytes().add(new Header("f", '0').base256(108, 8, 0xfffffffeL)));
    assertThat(Integer.toUnsignedLong(header.uid())).isEqualTo(4_294_967_294L);
    Listing pax = only(new TarBytes().pax("gid", "4294967294", "uid", "").file("f", ""));
    assertThat(Integer.toUnsignedLong(pax.gid())).isEqualTo(4_294_967_294L);
    assertThat(pax.uid()).as("empty: the header's").isEqualTo(1000);
    refusedByRule(19, new TarBytes().pax("uid", "4294967295").file("f", ""));
    refusedByRule(19, new TarBytes().pax("gid", "-1").file("f", ""));
    refusedByRule(19, new TarBytes().add(new Header("f", '0').base256(116, 8, -1)));
    refusedByRule(22, new TarBytes().pax("uid", "0x1").file("f", ""));
  }

  // Rule 20.

  @Test
  void keepsNamesAsBytesUpTo255() throws IOException {
    String name = "\u00ff\u0001".repeat(127) + "x";
    assertThat(only(new TarBytes().ext('L', name + "\0").file("f", "")).path()).isEqualTo(name);
    refusedByRule(20, new TarBytes().ext('L', name + "y\0").file("f", ""));
    refusedByRule(20, new TarBytes().pax("linkpath", name + "y").add(new Header("f", '1')));
  }

  @Test
  void keepsSymlinkTargetsAsTheyAreUpTo4095Bytes() throws IOException {
    String longest = "/x/../".repeat(682) + "y//";
    assertThat(only(new TarBytes().pax("linkpath", longest).add(new Header("f", '2'))).target())
        .hasSize(4095)
        .isEqualTo(longest);
    refusedByRule(20, new TarBytes().pax("linkpath", longest + "z").add(new Header("f", '2')));
    refusedByRule(20, new TarBytes().add(new Header("f", '2')));
  }

  @Test
  void limitsPathsByBytesAndDepth() throws IOException {
    Limits limits = Limits.DEFAULT.withMaxPathBytes(10).withMaxPathDepth(3);
    assertThat(Listing.of(new TarBytes().file("a/b/../b/c", "").bytes(), limits, 100)).hasSize(1);
    OcifsException deep = refused(new TarBytes().file("a/b/c/d", ""), limits);
    assertThat(deep.kind()).isEqualTo(OcifsException.Kind.LIMIT);
    assertThat(deep).hasMessageContaining("--max-path-depth");
    OcifsException wide = refused(new TarBytes().file("abcdefghijk", ""), limits);
    assertThat(wide.kind()).isEqualTo(OcifsException.Kind.LIMIT);
    assertThat(wide).hasMessageContaining("--max-path-bytes");
  }

  // Rule 21.

  @ParameterizedTest
  @CsvSource({
    "/a,a",
    "./a,a",
    "a//b,a/b",
    "a/./b,a/b",
    "a/../b,b",
    "../../a,a",
    "a/b/..,a",
    "..,''",
    "./,''",
    "/,''",
    "a/b/../../../c,c",
    "...,...",
    ".a/..b,.a/..b",
    "a/b/,a/b"
  })
  void normalisesPathsInsideTheRoot(String raw, String path) throws IOException {
    Listing entry = only(new TarBytes().file(raw, ""));
    assertThat(entry.path()).isEqualTo(path);
    assertThat(entry.rawPath()).isEqualTo(raw);
  }

  @ParameterizedTest
  @ValueSource(chars = {'0', '\0', '7'})
  void makesADirectoryOfARegularEntryWithASlash(char type) throws IOException {
    assertThat(only(new TarBytes().add(new Header("d/", type))).type())
        .isEqualTo(TarEntry.Type.DIRECTORY);
    assertThat(only(new TarBytes().add(new Header("d", type))).type())
        .isEqualTo(TarEntry.Type.REGULAR);
  }

  // Rule 22.

  @Test
  void readsGnuLongNamesAndLinks() throws IOException {
    TarBytes tar =
        new TarBytes()
            .ext('K', "t/".repeat(100) + "t\0junk")
            .ext('L', "n/".repeat(100) + "n\0")
            .add(new Header("short", '2').link("short"))
            .add(new Header("next", '2').link("own"));
    List<Listing> all = Listing.of(tar.bytes(), Limits.DEFAULT, 11);
    assertThat(all.get(0).path()).isEqualTo("n/".repeat(100) + "n");
    assertThat(all.get(0).target()).isEqualTo("t/".repeat(100) + "t");
    assertThat(all.get(1).path()).isEqualTo("next");
    assertThat(all.get(1).target()).isEqualTo("own");
  }

  @Test
  void ignoresGlobalRecordsButNotTheirGrammar() throws IOException {
    TarBytes tar =
        new TarBytes()
            .pax("path", "mine")
            .ext('g', TarBytes.record("path", "all") + TarBytes.record("uid", "5"))
            .file("f", "");
    assertThat(only(tar).path()).isEqualTo("mine");
    assertThat(only(tar).uid()).isEqualTo(1000);
    refusedByRule(22, new TarBytes().ext('g', "nonsense").file("f", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x path=a\n",
        "10 path=a",
        "10 path=ab\n",
        "8 path=a\n",
        "5 =a\n",
        "6 ab\n\n",
        "99999999999 path=a\n",
        "-9 path=a\n",
        "\0",
        "12 path=a\0b\n",
        "16 linkpath=\0ab\n",
        "9 a\0b=cd\n",
        "17 SCHILY.xattr.=",
      })
  void refusesMalformedPaxRecords(String body) {
    refusedByRule(22, new TarBytes().ext('x', body).file("f", ""));
  }

  @Test
  void namesTheEntryInErrors() {
    assertThat(refused(new TarBytes().pax("path", "a/b", "uid", "x").file("f", "")))
        .hasMessageContaining("entry a/b");
  }

  @Test
  void namesThePlaceWhereThereIsNoNameYet() {
    byte[] wrong = new Header("a", '0').bytes(false).clone();
    wrong[5] ^= 1;
    assertThat(refused(new TarBytes().file("f", "x").raw(wrong)))
        .hasMessageContaining("entry at byte 1024: ");
    assertThat(refused(new TarBytes().file("f", "").zeroBlocks(1).file("g", "")))
        .hasMessageContaining("entry at byte 512: ");
    assertThat(refused(new TarBytes().file("f", "").add(new Header("", '0').put(124, "9"))))
        .hasMessageContaining("entry at byte 512: ");
  }

  @Test
  void limitsExtensionHeaders() {
    Limits limits = Limits.DEFAULT.withMaxPaxBytes(600);
    for (char type : new char[] {'x', 'g', 'L', 'K'}) {
      OcifsException e = refused(new TarBytes().add(new Header("ext", type).size(601)), limits);
      assertThat(e.kind()).isEqualTo(OcifsException.Kind.LIMIT);
      assertThat(e).hasMessageContaining("--max-pax-bytes");
    }
    assertThat(refused(new TarBytes().add(new Header("ext", 'x').size(600)), limits).rule())
        .as("truncated")
        .isEqualTo(22);
  }

  @Test
  void refusesBadSizes() {
    refusedByRule(22, new TarBytes().add(new Header("f", '0').base256(124, 12, -1)));
    refusedByRule(22, new TarBytes().add(new Header("f", '0').base256(124, 12, Long.MAX_VALUE)));
    refusedByRule(22, new TarBytes().add(new Header("f", '0').put(124, "0000000009\0")));
    refusedByRule(22, new TarBytes().pax("size", "-1").file("f", ""));
    byte[] wide = {(byte) 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    refusedByRule(22, new TarBytes().add(new Header("f", '0').put(124, wide)));
  }

  // Rule 23.

  @Test
  void takesThePaxSizeAcrossExtensionHeadersForTheNextEntryOnly() throws IOException {
    byte[] content = new TarBytes().file("hidden", "").bytes();
    TarBytes tar =
        new TarBytes()
            .pax("size", "512")
            .ext('L', "longname\0")
            .add(new Header("f", '0'))
            .content(content)
            .file("g", "");
    List<Listing> all = Listing.of(tar.bytes());
    assertThat(all).extracting(Listing::path).containsExactly("longname", "g");
    assertThat(all).extracting(Listing::size).containsExactly(512L, 0L);
  }

  @Test
  void ignoresExtensionHeadersWithoutAnEntry() throws IOException {
    assertThat(Listing.of(new TarBytes().pax("path", "x").zeroBlocks(2).bytes())).isEmpty();
  }

  // Rule 24.

  @ParameterizedTest
  @ValueSource(chars = {'D', 'M', 'V', 'N', 'X', 'A', '8', '\u00ff'})
  void refusesUnknownTypes(char type) {
    TarBytes tar = new TarBytes().add(new Header("f", type));
    refusedByRule(24, tar);
    assertThat(refused(tar)).hasMessageContaining(type == '\u00ff' ? "255" : "'" + type + "'");
  }
}
