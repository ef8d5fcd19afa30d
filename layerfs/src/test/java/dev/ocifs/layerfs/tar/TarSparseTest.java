package dev.ocifs.layerfs.tar;

import static dev.ocifs.layerfs.tar.TarBytes.latin1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ocifs.layerfs.tar.TarBytes.Header;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sparse files, rule 22. */
class TarSparseTest {

  private static Header old(String realSize) {
    return new Header("s", 'S').gnu().put(483, realSize + "\0");
  }

  private static String octal(long n) {
    return String.format("%011o\0", n);
  }

  private static void check(byte[] tar, String content) throws IOException {
    List<Listing> all = Listing.of(tar);
    assertThat(all).extracting(Listing::path).containsExactly("s", "after");
    assertThat(all.get(0).sparse()).isTrue();
    assertThat(all.get(0).content(tar)).isEqualTo(latin1(content));
  }

  private static void refused(byte[] tar) {
    OcifsException e = catchThrowableOfType(OcifsException.class, () -> Listing.of(tar));
    assertThat(e).isNotNull();
    assertThat(e.rule()).isEqualTo(22);
  }

  private static byte[] inContent(String map, String content) {
    byte[] padded = new byte[(map.length() + 511 & -512) + content.length()];
    System.arraycopy(latin1(map), 0, padded, 0, map.length());
    System.arraycopy(
        latin1(content), 0, padded, padded.length - content.length(), content.length());
    return new TarBytes()
        .pax(
            "GNU.sparse.major",
            "1",
            "GNU.sparse.minor",
            "0",
            "GNU.sparse.name",
            "s",
            "GNU.sparse.realsize",
            "8")
        .add(new Header("GNUSparseFile.0/s", '0'), padded)
        .file("after", "")
        .bytes();
  }

  private static byte[] inRecord(String blocks, String map, String content) {
    return new TarBytes()
        .pax(
            "GNU.sparse.size",
            "8",
            "GNU.sparse.numblocks",
            blocks,
            "GNU.sparse.map",
            map,
            "GNU.sparse.name",
            "s")
        .file("x", content)
        .file("after", "")
        .bytes();
  }

  @Test
  void readsTheOldFormat() throws IOException {
    Header header =
        old(octal(8)).put(386, octal(1) + octal(2) + octal(5) + octal(1) + octal(8) + octal(0));
    check(new TarBytes().add(header, latin1("abc")).file("after", "").bytes(), "\0ab\0\0c\0\0");
  }

  @Test
  void readsTheOldFormatsExtensionBlocks() throws IOException {
    StringBuilder map = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      map.append(octal(2L * i)).append(octal(1));
    }
    String text = map.toString();
    Header header = old(octal(80)).put(386, text.substring(0, 96)).put(482, "\1");
    byte[] tar =
        new TarBytes()
            .add(header.size(40))
            .raw(latin1(text.substring(96, 600) + "\1" + "\0".repeat(7)))
            .content(latin1(text.substring(600)))
            .content(latin1("z".repeat(40)))
            .file("after", "")
            .bytes();
    check(tar, "z\0".repeat(40));
  }

  @Test
  void readsFormat00() throws IOException {
    byte[] tar =
        new TarBytes()
            .pax(
                "GNU.sparse.size",
                "8",
                "GNU.sparse.numblocks",
                "2",
                "GNU.sparse.offset",
                "1",
                "GNU.sparse.numbytes",
                "2",
                "GNU.sparse.offset",
                "5",
                "GNU.sparse.numbytes",
                "1")
            .file("s", "abc")
            .file("after", "")
            .bytes();
    check(tar, "\0ab\0\0c\0\0");
  }

  @Test
  void readsFormat01() throws IOException {
    check(inRecord("2", "1,2,5,1", "abc"), "\0ab\0\0c\0\0");
    check(inRecord("0", "", ""), "\0".repeat(8));
  }

  @Test
  void readsFormat10() throws IOException {
    check(inContent("2\n1\n2\n5\n1\n", "abc"), "\0ab\0\0c\0\0");
    check(inContent("1\n8\n0\n", ""), "\0".repeat(8));
    StringBuilder map = new StringBuilder("300\n");
    for (int i = 0; i < 300; i++) {
      map.append("8\n0\n");
    }
    check(inContent(map.toString(), ""), "\0".repeat(8));
  }

  @Test
  void keepsHugeSizes() throws IOException {
    Header header = old("").base256(483, 12, Long.MAX_VALUE);
    header.base256(386, 12, Long.MAX_VALUE - 1).put(398, octal(1));
    Listing entry = Listing.of(new TarBytes().add(header, latin1("x")).bytes()).get(0);
    assertThat(entry.size()).isEqualTo(Long.MAX_VALUE);
    assertThat(entry.runs()).containsExactly(Long.MAX_VALUE - 1, 1L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5,1,1,2", // not sorted
        "1,2,2,1", // overlapping
        "1,2,8,1", // beyond the size
        "1,2,5,2", // more than is stored
        "1,2,5,0", // less than is stored
        "1,2,5",
        "1,2,,1",
        "1,2,-5,1",
        "9223372036854775807,2,9,1",
        "1,x,5,1"
      })
  void refusesBadMaps(String map) {
    refused(inRecord("2", map, "abc"));
    refused(inContent("2\n" + map.replace(',', '\n') + "\n", "abc"));
  }

  @Test
  void refusesBadCounts() {
    refused(inRecord("3", "1,2,5,1", "abc"));
    refused(inRecord("", "1,2,5,1", "abc"));
    refused(inRecord("2", "1,2,5,1,", "abc"));
    refused(inContent("3\n1\n2\n5\n1\n", "abc"));
    refused(inContent("99999999\n1\n2\n5\n1\n", "abc"));
    refused(inContent("", "abc"));
    refused(inContent("1".repeat(600) + "\n", "abc"));
  }

  @Test
  void refusesSparseMapsOfUnknownVersionsTypesAndOrder() {
    refused(
        new TarBytes().pax("GNU.sparse.major", "2", "GNU.sparse.minor", "0").file("s", "").bytes());
    refused(
        new TarBytes()
            .pax("GNU.sparse.map", "0,1", "GNU.sparse.numblocks", "1", "GNU.sparse.size", "1")
            .add(new Header("s", '2').link("x"))
            .bytes());
    refused(new TarBytes().pax("GNU.sparse.offset", "1").file("s", "").bytes());
    refused(new TarBytes().pax("GNU.sparse.numbytes", "1").file("s", "").bytes());
    refused(new TarBytes().add(new Header("s", 'S')).bytes());
  }

  @Test
  void boundsTheNumberOfRuns() {
    TarBytes tar = new TarBytes().add(old(octal(0)).put(482, "\1"));
    List<byte[]> blocks = new ArrayList<>();
    byte[] block = new byte[512];
    block[504] = 1;
    for (int i = 0; i <= Runs.MAX / 21; i++) {
      blocks.add(block);
    }
    blocks.forEach(tar::raw);
    refused(tar.file("after", "").bytes());
  }
}
