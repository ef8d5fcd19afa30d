package dev.ocifs.layerfs.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rules of docs/semantics.md by which layers become one tree, each by a stack of a few lines.
 */
class TreeBuilderTest {
  @TempDir Path dir;
  private Stack stack;

  @BeforeEach
  void begin() {
    stack = new Stack(dir);
  }

  private void assertRefused(int rule, String entry) {
    assertThatThrownBy(() -> stack.merge().close())
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(OcifsException.Kind.INVALID_IMAGE);
              assertThat(e.rule()).isEqualTo(rule);
              assertThat(e).hasMessageContaining("entry " + entry + ":");
            });
  }

  private List<Integer> rules() {
    return stack.findings.stream().map(f -> f.rule()).toList();
  }

  @Test
  void rule1AnyTypeOfEntryIsAWhiteout() throws IOException {
    stack
        .layer("f a", "f b", "f c", "f d", "f keep")
        .layer("f .wh.a", "d .wh.b", "l .wh.c x", "h .wh.d keep");
    assertThat(stack.list()).containsExactly(entry("keep", "f105"));
  }

  @Test
  void rule2WhiteoutsActFirstWhereverTheyStand() throws IOException {
    stack.layer("f a", "f b").layer("f a", "f .wh.a", "f .wh.b", "f b");
    assertThat(stack.list()).containsExactly(entry("a", "f201"), entry("b", "f204"));
    assertThat(rules()).containsExactly(2);
  }

  @Test
  void rule3OpaqueHidesLowerChildrenAlone() throws IOException {
    stack.layer("d d", "f d/x", "d d/y", "f d/y/z", "f o").layer("f d/new", "f d/.wh..wh..opq");
    assertThat(stack.list())
        .containsExactly(entry("d", "d101"), entry("d/new", "f201"), entry("o", "f105"));
  }

  @Test
  void rule3OpaqueAtTheRoot() throws IOException {
    stack.layer("f a", "d b", "f b/c").layer("f .wh..wh..opq", "f new");
    assertThat(stack.list()).containsExactly(entry("new", "f202"));
  }

  @Test
  void rule4AWhitedOutDirectoryComesBackNew() throws IOException {
    stack.layer("d d", "f d/old").layer("f d/new", "f .wh.d");
    assertThat(stack.list()).containsExactly(entry("d", "d0"), entry("d/new", "f201"));
  }

  @Test
  void rule5WhiteoutsOfNothingLeaveNothing() throws IOException {
    stack.layer("f a").layer("f .wh.b", "f no/dir/.wh.c", "f a/.wh.x", "f no/.wh..wh..opq");
    assertThat(stack.list()).containsExactly(entry("a", "f101"));
  }

  @Test
  void rule6WhiteoutsWithoutAName() {
    for (String name : List.of(".wh.", ".wh..", ".wh...", "d/.wh..")) {
      stack = new Stack(dir).layer("d d").layer("f " + name);
      assertRefused(6, name);
    }
  }

  @Test
  void rule6AufsFilesAreHiddenButCanBeLinked() throws IOException {
    stack.layer(
        "d .wh..wh.plnk",
        "f .wh..wh.plnk/1.2",
        "h a .wh..wh.plnk/1.2",
        "f d/.wh..wh.aufs",
        "d .wh..wh.orph");
    assertThat(stack.list()).containsExactly(entry("a", "f102"));
  }

  @Test
  void rule7OnlyTheLastComponentIsAWhiteout() throws IOException {
    stack.layer("f x").layer("f .wh.x/file");
    assertThat(stack.list())
        .containsExactly(entry(".wh.x", "d0"), entry(".wh.x/file", "f201"), entry("x", "f101"));
    stack = new Stack(dir).strict().layer("f .wh.x/file");
    assertRefused(7, ".wh.x/file");
  }

  @Test
  void rule8DirectoriesJoinAndTheRestReplaces() throws IOException {
    stack
        .layer("d d", "f d/x", "d e", "f e/x", "l l d", "f f", "d g", "f g/x")
        .layer("d d", "f e", "d l", "d f", "p g");
    assertThat(stack.list())
        .containsExactly(
            entry("d", "d201"),
            entry("d/x", "f102"),
            entry("e", "f202"),
            entry("f", "d204"),
            entry("g", "p"),
            entry("l", "d203"));
  }

  @Test
  void rule9MissingParentsHaveFixedAttributes() throws IOException {
    stack.layer("d a", "f x/y/z").layer("f a/b");
    assertThat(stack.list())
        .containsEntry("a", "d101")
        .containsEntry("x", "d0")
        .containsEntry("x/y", "d0");
    try (ImageTree tree = stack.merge()) {
      Attributes attributes = new Attributes();
      tree.attributes(tree.lookup(ImageView.ROOT, bytes("x")), attributes);
      assertThat(attributes.mode).isEqualTo(Attributes.S_IFDIR | 0755);
    }
  }

  @Test
  void rule10PathsFollowLinksInsideTheRoot() throws IOException {
    stack
        .layer(
            "d usr/lib", "l lib usr/lib", "l abs /usr/lib", "l up ../../usr/lib", "l gone no/where")
        .layer("f lib/a", "f abs/b", "f up/c", "f gone/d");
    assertThat(stack.list())
        .containsEntry("lib", "lusr/lib")
        .containsEntry("usr/lib/a", "f201")
        .containsEntry("usr/lib/b", "f202")
        .containsEntry("usr/lib/c", "f203")
        .containsEntry("no/where", "d0")
        .containsEntry("no/where/d", "f204");
    assertThat(rules()).containsOnly(10).hasSize(4);
  }

  @Test
  void rule10LoopsAreRefused() {
    stack.layer("l a b", "l b a").layer("f a/x");
    assertRefused(10, "a/x");
  }

  @Test
  void rule10AFileInThePathBecomesADirectory() throws IOException {
    stack.layer("f f").layer("f f/x");
    assertThat(stack.list()).containsExactly(entry("f", "d0"), entry("f/x", "f201"));
  }

  @Test
  void rule11TheLastOfTwoCounts() throws IOException {
    stack.layer("f a", "d d", "f d/x", "f a", "d d");
    assertThat(stack.list())
        .containsExactly(entry("a", "f104"), entry("d", "d105"), entry("d/x", "f103"));
    assertThat(rules()).containsExactly(11, 11);
    stack = new Stack(dir).strict().layer("f a", "f a");
    assertRefused(11, "a");
  }

  @Test
  void rule13TheRoot() throws IOException {
    stack.layer("d /", "f a");
    assertThat(stack.list()).containsExactly(entry(".", "d101"), entry("a", "f102"));
    stack = new Stack(dir).layer("l / elsewhere");
    assertRefused(13, "/");
  }

  @Test
  void rule14LinksToEarlierLowerAndLaterEntries() throws IOException {
    stack.layer("f low").layer("f a", "h b a", "h c low", "h d late", "f late", "h e d");
    assertThat(stack.list())
        .containsExactly(
            entry("a", "f201*2"),
            entry("b", "f201*2"),
            entry("c", "f101*2"),
            entry("d", "f205*3"),
            entry("e", "f205*3"),
            entry("late", "f205*3"),
            entry("low", "f101*2"));
  }

  @Test
  void rule14ALaterWhiteoutTakesTheNameAlone() throws IOException {
    stack.layer("d d", "f d/f").layer("h g d/f", "f .wh.d");
    assertThat(stack.list()).containsExactly(entry("g", "f102"));
  }

  @Test
  void rule14AnEarlierWhiteoutHasHiddenTheTarget() {
    stack.layer("f f").layer("f .wh.f", "h g f");
    assertRefused(14, "g");
  }

  @Test
  void rule14ReplacingOneNameLeavesTheOthers() throws IOException {
    stack.layer("f a", "h b a", "h c a").layer("f a", "f .wh.b");
    assertThat(stack.list()).containsExactly(entry("a", "f201"), entry("c", "f101"));
  }

  @Test
  void rule14WhatCannotBeLinked() {
    stack.layer("h a missing");
    assertRefused(14, "a");
    stack = new Stack(dir).layer("h a a");
    assertRefused(14, "a");
    stack = new Stack(dir).layer("f a").layer("h a a");
    assertRefused(14, "a");
    stack = new Stack(dir).layer("h a b", "h b a");
    assertRefused(14, "a");
    stack = new Stack(dir).layer("d d", "h a d");
    assertRefused(14, "a");
    stack = new Stack(dir).layer("h a d", "d d");
    assertRefused(14, "a");
  }

  @Test
  void rule14TheLastComponentIsNotFollowed() throws IOException {
    stack.layer("d d", "f d/f", "l l d/f", "l dl d", "h a l", "h b dl/f");
    assertThat(stack.list())
        .containsEntry("a", "ld/f*2")
        .containsEntry("b", "f102*2")
        .containsEntry("d/f", "f102*2");
  }

  @Test
  void rule15DevicesHideNothing() throws IOException {
    stack.layer("f f").layer("c f");
    assertThat(stack.list()).containsExactly(entry("f", "c"));
    assertThat(rules()).containsExactly(15);
  }

  @Test
  void inodeNumbersAndBytesDoNotDependOnTheRun() throws IOException {
    stack.layer("d z", "f z/1", "f a", "h m z/1").layer("d b", "f b/2", "f .wh.a");
    List<byte[]> files = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      stack.merge().close();
    }
    try (var paths = Files.list(dir)) {
      for (Path path : paths.filter(p -> p.getFileName().toString().startsWith("tree")).toList()) {
        files.add(Files.readAllBytes(path));
      }
    }
    assertThat(files).hasSize(2);
    assertThat(files.get(0)).isEqualTo(files.get(1));
  }

  @Test
  void largeDirectoriesAreListedInOrderAndResumed() throws IOException {
    String[] lines = new String[5000];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = "f n" + Integer.reverse(i);
    }
    stack.layer(lines);
    try (ImageTree tree = stack.merge()) {
      List<byte[]> names = new ArrayList<>();
      for (long[] offset = {0}; offset[0] >= 0; ) {
        int before = names.size();
        tree.list(
            ImageView.ROOT,
            offset[0],
            (name, length, inode, type, next) -> {
              names.add(Arrays.copyOf(name, length));
              offset[0] = next;
              return names.size() - before < 700;
            });
        if (names.size() == before) {
          offset[0] = -1;
        }
      }
      assertThat(names).hasSize(5000).isSortedAccordingTo(Arrays::compareUnsigned);
      for (byte[] name : names) {
        assertThat(tree.lookup(ImageView.ROOT, name)).isPositive();
      }
      assertThat(tree.lookup(ImageView.ROOT, bytes("n"))).isZero();
      assertThat(tree.lookup(ImageView.ROOT, bytes("zz"))).isZero();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void equalNamesTargetsAndXattrsAreStoredOnce() throws IOException {
    long few = bytesOfEqualLinks(10);
    long many = bytesOfEqualLinks(1010);
    // Two inodes of 64 bytes each, two entries of directories, the name of the one, checksums.
    assertThat((many - few) / 1000).isBetween(144L, 170L);
  }

  /** The size of a tree of directories that have each a link of the same long name and target. */
  private long bytesOfEqualLinks(int count) throws IOException {
    String name = "n".repeat(250);
    String target = "t".repeat(250);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add("l " + (10_000 + i) + "/" + name + " " + target);
    }
    Stack links = new Stack(dir).layer(lines.toArray(String[]::new)).xattr("user.x", new byte[250]);
    try (ImageTree tree = links.merge()) {
      return tree.bytes();
    }
  }
}
