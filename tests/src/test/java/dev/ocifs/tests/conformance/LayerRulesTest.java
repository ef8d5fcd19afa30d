package dev.ocifs.tests.conformance;

import static dev.ocifs.tests.image.Entry.directory;
import static dev.ocifs.tests.image.Entry.file;
import static dev.ocifs.tests.image.Entry.hardLink;
import static dev.ocifs.tests.image.Entry.opaque;
import static dev.ocifs.tests.image.Entry.symlink;
import static dev.ocifs.tests.image.Entry.whiteout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.model.Line;
import dev.ocifs.tests.model.LineBuilder;
import dev.ocifs.tests.model.TreeListing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules 1 to 13 of docs/semantics.md: whiteouts, and entries over what is there. */
class LayerRulesTest {
  private static final Line NO_ENTRY = new LineBuilder('d').mode(0755).nlink(2).build();

  @TempDir Path dir;
  private Workbench bench;

  @BeforeEach
  void begin() throws IOException {
    bench = new Workbench(dir);
  }

  /** That a tree has these paths and the root. */
  private static void assertHolds(TreeListing listing, String... paths) {
    List<String> all = new ArrayList<>(List.of(paths));
    all.add(".");
    assertThat(listing.lines().keySet()).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void rule1AnyEntryIsAWhiteout() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(file("a", ""), file("b", ""), file("c", ""), file("d", ""), file("e", "")),
            List.of(
                file(".wh.a", "not empty"),
                directory(".wh.b"),
                symlink(".wh.c", "x"),
                hardLink(".wh.d", "e")));
    assertHolds(listing, "e");
  }

  @Test
  void rule2WhiteoutsActBeforeEntriesWhateverTheirOrder() throws IOException {
    List<Entry> lower = List.of(file("a", "lower"), file("b", "lower"));
    TreeListing listing =
        bench.list(
            lower, List.of(file("a", "new"), whiteout("a"), whiteout("b"), file("b", "newer")));
    assertHolds(listing, "a", "b");
    assertThat(listing.line("a").size()).isEqualTo(3);
    assertThat(listing.line("b").size()).isEqualTo(5);
  }

  @Test
  void rule3OpaqueHidesAllThatIsLower() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(directory("d").mode(0700), file("d/x", ""), file("d/y/z", ""), file("o", "")),
            List.of(file("d/new", ""), opaque("d")));
    assertHolds(listing, "d", "d/new", "o");
    assertThat(listing.line("d").mode()).isEqualTo(0700);
    assertHolds(bench.list(List.of(file("a", "")), List.of(opaque(""), file("b", ""))), "b");
  }

  @Test
  void rule4AWhitedOutDirectoryComesBackEmpty() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(directory("d").mode(0700), file("d/old", "")),
            List.of(file("d/new", ""), whiteout("d")));
    assertHolds(listing, "d", "d/new");
    assertThat(listing.line("d")).isEqualTo(NO_ENTRY);
  }

  @Test
  void rule5AWhiteoutOfNothingLeavesNothing() throws IOException {
    assertHolds(
        bench.list(List.of(file("a", "")), List.of(whiteout("b"), whiteout("no/b"), opaque("c"))),
        "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {".wh.", ".wh..", ".wh...", "d/.wh..."})
  void rule6AWhiteoutNeedsAName(String path) throws IOException {
    assertThat(bench.refused(6, List.of(file("a", "")), List.of(file(path, ""))))
        .hasMessageContaining("entry " + path);
  }

  @Test
  void rule6FilesOfAufsAreNotShownButCanBeLinked() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(
                directory(".wh..wh.plnk"),
                file(".wh..wh.plnk/1", "text"),
                hardLink("a", ".wh..wh.plnk/1"),
                file(".wh..wh.aufs", ""),
                directory("d/.wh..wh.orph"),
                directory("d")));
    assertHolds(listing, "a", "d");
    assertThat(listing.line("a").size()).isEqualTo(4);
    assertThat(listing.line("a").nlink()).isEqualTo(1);
  }

  @Test
  void rule7OnlyTheLastComponentIsAWhiteout() throws IOException {
    List<Entry> lower = List.of(file("x", ""));
    List<Entry> upper = List.of(file(".wh.x/f", ""));
    assertHolds(bench.list(lower, upper), ".wh.x", ".wh.x/f", "x");
    bench.strict().refused(7, lower, upper);
  }

  @Test
  void rule8DirectoriesJoinAllElseIsReplaced() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(
                directory("d").xattr("user.old", "1"),
                file("d/x", ""),
                file("gone/x", ""),
                symlink("l", "d"),
                file("f", "")),
            List.of(
                directory("d").mode(0711).owner(5, 6).xattr("user.new", "2"),
                file("gone", "file"),
                directory("l"),
                symlink("f", "d")));
    assertHolds(listing, "d", "d/x", "f", "gone", "l");
    assertThat(listing.line("d").mode()).isEqualTo(0711);
    assertThat(listing.line("d").gid()).isEqualTo(6);
    assertThat(listing.line("d").xattrs()).containsOnlyKeys("user.new");
    assertThat(listing.line("gone").type()).isEqualTo('f');
    assertThat(listing.line("l").type()).isEqualTo('d');
    assertThat(listing.line("f").link()).isEqualTo("d");
  }

  @Test
  void rule9MissingParentsKeepOrGetFixedAttributes() throws IOException {
    TreeListing listing =
        bench.list(List.of(directory("a").mode(0701)), List.of(file("a/b", ""), file("n/m/f", "")));
    assertThat(listing.line("a").mode()).isEqualTo(0701);
    assertThat(listing.line("n/m")).isEqualTo(NO_ENTRY);
  }

  @Test
  void rule10PathsThroughLinksAreFollowedInsideTheRoot() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(
                directory("usr/lib"),
                symlink("lib", "usr/lib"),
                symlink("up", "../../../usr/lib"),
                symlink("gone", "/no/where"),
                file("f", "")),
            List.of(file("lib/a", ""), file("up/b", ""), file("gone/c", ""), file("f/d", "")));
    assertHolds(
        listing,
        "f",
        "f/d",
        "gone",
        "lib",
        "no",
        "no/where",
        "no/where/c",
        "up",
        "usr",
        "usr/lib",
        "usr/lib/a",
        "usr/lib/b");
    bench.refused(10, List.of(symlink("a", "b"), symlink("b", "a")), List.of(file("a/x", "")));
  }

  @Test
  void rule11TheLastOfTwoCounts() throws IOException {
    List<Entry> twice = List.of(file("f", "one"), directory("f"), file("f", "three"));
    assertThat(bench.list(twice).line("f").size()).isEqualTo(5);
    bench.strict().refused(11, twice);
  }

  @Test
  void rule12ADirectorysTimeIsItsEntrys() throws IOException {
    TreeListing listing =
        bench.list(
            List.of(directory("d").mtime(7, 8), file("d/x", "")),
            List.of(whiteout("d/x"), file("d/y", "")));
    assertThat(listing.line("d").mtimeSeconds()).isEqualTo(7);
    assertThat(listing.line("d").mtimeNanos()).isEqualTo(8);
  }

  @Test
  void rule13TheRootHasItsEntrysAttributes() throws IOException {
    assertThat(bench.list(List.<Entry>of()).line(".")).isEqualTo(NO_ENTRY);
    Line root = bench.list(List.of(directory("./").mode(0700).owner(1, 2))).line(".");
    assertThat(root.mode()).isEqualTo(0700);
    assertThat(root.gid()).isEqualTo(2);
    for (String path : List.of(".", "/", "./", "..")) {
      bench.refused(13, List.of(symlink(path, "etc")));
    }
  }
}
