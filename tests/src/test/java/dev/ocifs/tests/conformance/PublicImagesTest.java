package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.tests.model.SharedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images of public projects and hand-made layouts, mounted, against what other engines were seen to
 * make of them.
 */
class PublicImagesTest {
  @TempDir Path dir;

  @Test
  void handMadeLayoutsAreShownAsTheRulesSay() throws IOException {
    Path tool = SharedFiles.path("tools/check-layouts.py");
    Path differential = SharedFiles.path("differential");
    Tools.Result result =
        Tools.run(
            "python3",
            tool.toString(),
            Tools.launcher().toString(),
            differential.resolve("layouts").toString(),
            differential.resolve("engines.json").toString(),
            differential.resolve("expected.json").toString());
    assertThat(result.code()).as(result.out() + result.err()).isZero();
    assertThat(result.out()).contains("67 of 67");
  }

  @TestFactory
  List<DynamicTest> imagesOfPublicProjectsEqualTheirGoldenTrees() throws IOException {
    Path golden = SharedFiles.path("differential/golden");
    Path fixtures = SharedFiles.path("fixtures");
    Path compare = SharedFiles.path("tools/dump-tree.py");
    Path launcher = Tools.launcher();
    try (Stream<Path> trees = Files.list(golden)) {
      return trees
          .sorted()
          .map(
              tree -> {
                String name = tree.getFileName().toString().replaceFirst("\\.json$", "");
                Path image = fixtures.resolve(name.replace("__", "/"));
                return DynamicTest.dynamicTest(
                    name, () -> equalsGolden(launcher, compare, image, tree));
              })
          .toList();
    }
  }

  private void equalsGolden(Path launcher, Path compare, Path image, Path tree) throws IOException {
    Path mount = Files.createTempDirectory(dir, "mount");
    String root = dir.resolve("store").toString();
    Tools.Result mounted =
        Tools.run(launcher.toString(), "mount", "--root", root, image.toString(), mount.toString());
    assertThat(mounted.code()).as(mounted.err()).isZero();
    try {
      Tools.Result result =
          Tools.run("python3", compare.toString(), "--compare", mount.toString(), tree.toString());
      assertThat(result.code()).as(result.out()).isZero();
    } finally {
      Tools.Result unmounted =
          Tools.run(launcher.toString(), "umount", "--root", root, mount.toString());
      assertThat(unmounted.code()).as(unmounted.err()).isZero();
    }
  }
}
