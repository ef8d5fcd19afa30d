package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BatchFileTest {
  @TempDir Path folder;

  private List<MountService.Target> read(String text) throws IOException {
    Files.writeString(folder.resolve("list"), text);
    return new BatchFile(folder).read("list");
  }

  @Test
  void readsLines() throws IOException {
    assertThat(read("# two\n\noci:a:b  m1\n\toci:c\t/abs/m2  \n"))
        .containsExactly(
            new MountService.Target("oci:a:b", folder.resolve("m1")),
            new MountService.Target("oci:c", Path.of("/abs/m2")));
  }

  @Test
  void readsJsonWithNamesThatLinesCannotHave() throws IOException {
    List<MountService.Target> targets =
        read(
            " [{\"image\": \"oci:a b\", \"dir\": \"m\\n1\"}, {\"dir\": \"m2\", \"image\": \"x\"}]");
    assertThat(targets)
        .containsExactly(
            new MountService.Target("oci:a b", folder.resolve("m\n1")),
            new MountService.Target("x", folder.resolve("m2")));
    assertThat(new BatchFile(Path.of("/elsewhere")).read(BatchFile.inline(targets)))
        .isEqualTo(targets);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing\n",
        "oci:a\n",
        "oci:a m1 more\n",
        "oci:a m\noci:b ./m\n",
        "[",
        "[]",
        "[{\"image\": \"a\"}]",
        "[{\"image\": \"a\", \"dir\": 1}]",
        "[{\"image\": \"a\", \"dir\": \"b\", \"more\": \"c\"}]",
        "[{\"image\": \"a\", \"dir\": \"b\"}] x",
        "[\"a\"]"
      })
  void refusesWhatIsNoList(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE))
        .hasMessageContaining("; give lines IMAGE DIR");
  }
}
