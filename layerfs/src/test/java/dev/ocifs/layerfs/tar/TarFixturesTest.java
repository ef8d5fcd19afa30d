package dev.ocifs.layerfs.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Tars that other projects test their readers with. */
class TarFixturesTest {
  private static final List<String> FOLDERS =
      List.of(
          "tar-split/archive/tar/testdata",
          "tokio-tar/tests/archives",
          "fuse-archive/tests/data",
          "commons-compress/src/test/resources");

  /**
   * Outcomes checked by hand: how many entries, the first two with type, path, size and runs; or
   * the error's kind and rule.
   */
  private static final Map<String, String> EXPECTED =
      Map.ofEntries(
          Map.entry("tar-split/file-and-dir.tar", "2 R small.txt 5 D dir 0"),
          Map.entry("tar-split/gnu-incremental.tar", "INVALID_IMAGE 24"),
          Map.entry("tar-split/gnu-long-nul.tar", "1 R 0123456789 0"),
          Map.entry("tar-split/gnu-multi-hdrs.tar", "1 S GNU2/GNU2/long-path-name 0"),
          Map.entry("tar-split/gnu-nil-sparse-data.tar", "1 R sparse.db 1000 in 1"),
          Map.entry("tar-split/gnu-nil-sparse-hole.tar", "1 R sparse.db 1000 in 0"),
          Map.entry("tar-split/gnu-sparse-big.tar", "1 R gnu-sparse 60000000000 in 6"),
          Map.entry("tar-split/gnu.tar", "2 R small.txt 5 R small2.txt 11"),
          Map.entry("tar-split/hardlink.tar", "2 R file.txt 15 H hard.txt 0"),
          Map.entry("tar-split/hdr-only.tar", "16 D dir 0 F fifo 0"),
          Map.entry("tar-split/issue10968.tar", "INVALID_IMAGE 22"),
          Map.entry("tar-split/issue11169.tar", "INVALID_IMAGE 22"),
          Map.entry("tar-split/issue12435.tar", "INVALID_IMAGE 22"),
          Map.entry("tar-split/neg-size.tar", "INVALID_IMAGE 22"),
          Map.entry("tar-split/nil-uid.tar", "1 R P1050238.JPG.log 14"),
          Map.entry("tar-split/pax-bad-hdr-file.tar", "INVALID_IMAGE 22"),
          Map.entry("tar-split/pax-bad-mtime-file.tar", "INVALID_IMAGE 22"),
          Map.entry("tar-split/pax-global-records.tar", "4 R file1 0 R file2 0"),
          Map.entry("tar-split/pax-multi-hdrs.tar", "1 S bar 0"),
          Map.entry("tar-split/pax-nil-sparse-data.tar", "1 R sparse.db 1000 in 1"),
          Map.entry("tar-split/pax-nil-sparse-hole.tar", "1 R sparse.db 1000 in 0"),
          Map.entry("tar-split/pax-nul-path.tar", "INVALID_IMAGE 22"),
          Map.entry("tar-split/pax-nul-xattrs.tar", "INVALID_IMAGE 22"),
          Map.entry("tar-split/pax-path-hdr.tar", "0"),
          Map.entry("tar-split/pax-pos-size-file.tar", "1 R foo 999"),
          Map.entry("tar-split/pax-sparse-big.tar", "1 R pax-sparse 60000000000 in 6"),
          Map.entry(
              "tar-split/sparse-formats.tar",
              "5 R sparse-gnu 200 in 95 R sparse-posix-0.0 200 in 95"),
          Map.entry("tar-split/star.tar", "2 R small.txt 5 R small2.txt 11"),
          Map.entry("tar-split/v7.tar", "2 R small.txt 5 R small2.txt 11"),
          Map.entry("tar-split/writer-big.tar", "INVALID_IMAGE 22"),
          Map.entry("tar-split/xattrs.tar", "2 R small.txt 5 R small2.txt 11"),
          Map.entry("tokio-tar/diff-014-unterminated-pax.tar", "INVALID_IMAGE 22"),
          Map.entry("tokio-tar/diff-024-pending-pax-boundary.tar", "0"),
          Map.entry("tokio-tar/diff-039-truncated-entry-body.tar", "INVALID_IMAGE 22"),
          Map.entry("tokio-tar/pax-header-precedence.tar", "3 R normal.txt 6 R blob.bin 1024"),
          Map.entry("tokio-tar/pax-hidden-entry.tar", "3 R file_a 1536 R file_b 0"),
          Map.entry(
              "tokio-tar/pax-overrides-extension-header.tar", "2 R longname.txt 2048 R file_b 0"),
          Map.entry("tokio-tar/pax-phantom-entry.tar", "2 R file_a 512 R file_b 1536"),
          Map.entry("tokio-tar/sparse-large.tar", "1 R huge 12626929280 in 1"),
          Map.entry("tokio-tar/sparse-1.tar", "1 R a.big 1048588 in 2"),
          Map.entry("fuse-archive/specials.tar", "5 B block 0 C char 0"),
          Map.entry("commons-compress/COMPRESS-279-fail.tar", "INVALID_IMAGE 22"),
          Map.entry("commons-compress/COMPRESS-553-fail.tar", "INVALID_IMAGE 19"),
          Map.entry("commons-compress/SunOS_cEf.tar", "INVALID_IMAGE 24"),
          Map.entry(
              "commons-compress/archive_with_trailer.tar", "2 R test1.xml 610 R test2.xml 82"),
          Map.entry("commons-compress/gnu-fail.tar", "LIMIT 0"),
          Map.entry("commons-compress/pax-fail.tar", "LIMIT 0"),
          Map.entry("commons-compress/oldgnu_extended_sparse.tar", "1 R sparse6 51200 in 6"),
          Map.entry(
              "commons-compress/pax_gnu_sparse.tar",
              "3 R sparsefile-0.0 3101184 in 2 R sparsefile-0.1 3101184 in 2"),
          Map.entry("commons-compress/posix10_sparse.tar", "1 R sparsefile 3101184 in 2"));

  private static Path fixtures() {
    Path folder = Path.of(System.getProperty("ocifs.shared", "")).resolve("fixtures");
    Assumptions.assumeTrue(Files.isDirectory(folder), "no fixtures in " + folder);
    return folder;
  }

  @Test
  void readsOrRefusesEachAsItShould() throws IOException {
    Path fixtures = fixtures();
    Map<String, String> outcomes = new TreeMap<>();
    for (String folder : FOLDERS) {
      List<Path> tars;
      try (Stream<Path> files = Files.walk(fixtures.resolve(folder))) {
        tars = files.filter(f -> f.toString().endsWith(".tar")).sorted().toList();
      }
      assertThat(tars).as(folder).isNotEmpty();
      for (Path tar : tars) {
        outcomes.put(Path.of(folder).getName(0) + "/" + tar.getFileName(), outcome(tar));
      }
    }
    assertThat(outcomes).containsAllEntriesOf(EXPECTED);
  }

  /** What {@code docker export} wrote: a directory tree of one file with 399 names. */
  @Test
  void readsAnExportedContainerAsCommonsCompressDoes() throws IOException {
    Path tar = fixtures().resolve("container-libs/common/libimage/testdata/exported-container.tar");
    Assumptions.assumeTrue(Files.isRegularFile(tar), "no " + tar);
    List<Listing> mine = Listing.of(Files.readAllBytes(tar));
    assertThat(mine).hasSize(430);
    try (TarFile theirs = new TarFile(tar)) {
      assertThat(mine)
          .extracting(l -> l.rawPath() + " " + l.size() + " at " + l.dataPos())
          .containsExactlyElementsOf(
              theirs.getEntries().stream()
                  .map(e -> e.getName() + " " + e.getSize() + " at " + e.getDataOffset())
                  .toList());
    }
    assertThat(mine).filteredOn(l -> l.type() == TarEntry.Type.HARD_LINK).hasSize(399);
    assertThat(mine)
        .filteredOn(l -> l.type() == TarEntry.Type.HARD_LINK)
        .allSatisfy(l -> assertThat(mine).extracting(Listing::path).contains(l.target()));
  }

  private static String outcome(Path tar) throws IOException {
    byte[] bytes = Files.readAllBytes(tar);
    try {
      List<Listing> all = Listing.of(bytes);
      return all.size()
          + all.stream()
              .limit(2)
              .map(
                  l -> " " + l.type().name().charAt(0) + " " + l.path() + " " + l.size() + holes(l))
              .collect(Collectors.joining());
    } catch (OcifsException e) {
      return e.kind() + " " + e.rule();
    } catch (RuntimeException e) {
      return fail(tar.toString(), e);
    }
  }

  private static String holes(Listing entry) {
    return entry.sparse() ? " in " + entry.runs().size() / 2 : "";
  }
}
