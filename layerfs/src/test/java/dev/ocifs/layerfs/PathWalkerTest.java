package dev.ocifs.layerfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathWalkerTest {
  private final NamesView view =
      new NamesView()
          .directory("usr")
          .directory("usr/lib")
          .file("usr/lib/x")
          .link("lib", "usr/lib")
          .link("abs", "/usr")
          .link("up", "../../../usr")
          .link("usr/lib/back", "../../lib/x")
          .link("loop-a", "loop-b")
          .link("loop-b", "loop-a")
          .link("dangling", "none");

  private long resolve(String path, boolean followLast) throws IOException {
    return PathWalker.resolve(view, path.getBytes(StandardCharsets.UTF_8), followLast);
  }

  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "/, ''",
    "///, ''",
    "., ''",
    "..,''",
    "/../.., ''",
    "usr, usr",
    "/usr/, usr",
    "usr/lib/x, usr/lib/x",
    "//usr//lib//x, usr/lib/x",
    "usr/./lib/../lib/x, usr/lib/x",
    "lib/x, usr/lib/x",
    "lib, usr/lib",
    "lib/, usr/lib",
    "lib/.., usr",
    "abs/lib/x, usr/lib/x",
    "up/lib/x, usr/lib/x",
    "usr/lib/back, usr/lib/x"
  })
  void findsWhatAPathNames(String path, String target) throws IOException {
    assertThat(resolve(path, true)).isEqualTo(view.inode(target));
  }

  @ParameterizedTest
  @CsvSource({"lib, lib", "abs/lib/back, usr/lib/back", "dangling, dangling", "lib/, usr/lib"})
  void leavesTheLastLinkWhenAsked(String path, String target) throws IOException {
    assertThat(resolve(path, false)).isEqualTo(view.inode(target));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"none", "usr/none/x", "dangling", "usr/lib/x/", "usr/lib/x/.", "lib/x/.."})
  void saysThatThereIsNone(String path) {
    assertThatThrownBy(() -> resolve(path, true))
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.NOT_FOUND))
        .hasMessageContaining(path);
  }

  @Test
  void endsInALoop() {
    assertThatThrownBy(() -> resolve("loop-a", true)).hasMessageContaining("ELOOP");
  }

  @Test
  void followsFortyLinksAndNotOneMore() throws IOException {
    for (int i = 1; i <= 41; i++) {
      view.link("l" + i, i == 1 ? "usr" : "l" + (i - 1));
    }
    assertThat(resolve("l40", true)).isEqualTo(view.inode("usr"));
    assertThatThrownBy(() -> resolve("l41", true)).hasMessageContaining("ELOOP");
  }
}
