package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.OcifsException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
  @Test
  void tellsEveryKindFromEveryOther() {
    Set<Integer> codes = new HashSet<>();
    for (Kind kind : Kind.values()) {
      codes.add(ExitCode.of(kind));
    }
    assertThat(codes)
        .hasSize(Kind.values().length)
        .doesNotContain(
            ExitCode.OK,
            ExitCode.INTERNAL,
            ExitCode.FINDINGS,
            ExitCode.NOT_BUILT,
            ExitCode.BROKEN_PIPE);
  }

  /** Scripts rely on them: this test is changed with the documentation, or never. */
  @Test
  void keepsItsNumbers() {
    assertThat(ExitCode.of(Kind.USAGE)).isEqualTo(2);
    assertThat(ExitCode.of(Kind.NOT_FOUND)).isEqualTo(3);
    assertThat(ExitCode.of(Kind.INVALID_IMAGE)).isEqualTo(4);
    assertThat(ExitCode.of(Kind.MISMATCH)).isEqualTo(5);
    assertThat(ExitCode.of(Kind.UNSUPPORTED)).isEqualTo(6);
    assertThat(ExitCode.of(Kind.LIMIT)).isEqualTo(7);
    assertThat(ExitCode.of(Kind.STORE)).isEqualTo(8);
    assertThat(ExitCode.of(Kind.MOUNT)).isEqualTo(9);
    assertThat(ExitCode.of(Kind.IO)).isEqualTo(10);
  }

  @Test
  void isListedByHelpAndDocumentation() throws IOException {
    TestConsole help = TestConsole.pipe();
    assertThat(help.run("--help")).isZero();
    String operations =
        Files.readString(Path.of(System.getProperty("ocifs.home"), "docs/operations.md"));
    for (String row : ExitCode.table()) {
      String code = row.substring(0, row.indexOf(':'));
      String meaning = row.substring(row.indexOf(':') + 1);
      assertThat(help.out()).containsPattern("(?m)^ +" + code + " +\\Q" + meaning + "\\E$");
      assertThat(operations).contains("| " + code + " | " + meaning);
    }
  }
}
