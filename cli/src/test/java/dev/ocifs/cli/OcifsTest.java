package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OcifsTest {
  private final TestConsole test = TestConsole.pipe();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "frobnicate",
        "--frobnicate",
        "mount",
        "mount a b c",
        "ls --root",
        "cat a",
        "umount",
        "mounts x",
        "mount -o x=y a b"
      })
  void answersNonsenseWithOneLineAndCode2(String line) {
    String[] args = line.isEmpty() ? new String[0] : line.split(" ");
    assertThat(test.run(args)).isEqualTo(2);
    assertThat(test.out()).isEmpty();
    assertThat(test.err().lines()).singleElement().asString().startsWith("ocifs: ").contains("; ");
  }

  @Test
  void namesAnUnknownCommand() {
    test.run("frobnicate");
    assertThat(test.err()).isEqualTo("ocifs: there is no command 'frobnicate'; see ocifs --help\n");
  }

  @ParameterizedTest
  @EnumSource(Commands.class)
  void helpsWithEveryCommand(Commands command) {
    assertThat(test.run(command.label(), "--help")).isZero();
    assertThat(test.out()).startsWith("Usage: ocifs " + command.label());
    assertThat(test.err()).isEmpty();
  }

  @Test
  void helpListsEveryCommand() {
    assertThat(test.run("--help")).isZero();
    for (Commands command : Commands.values()) {
      assertThat(test.out()).containsPattern("(?m)^  " + command.label() + "\\b");
    }
    assertThat(test.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void takesACommandsNameAsAValueToo() {
    // "mount" is the value of --root here, and ls the command.
    assertThat(test.run("--root", "mount", "ls", "--help")).isZero();
    assertThat(test.out()).startsWith("Usage: ocifs ls");
  }

  @Test
  void tellsItsVersion() {
    assertThat(test.run("--version")).isZero();
    assertThat(test.out()).startsWith("ocifs ");
  }

  @Test
  void printsAScriptForCompletion() {
    assertThat(test.run("completion")).isZero();
    assertThat(test.out()).contains("complete -F _complete_ocifs").contains("--allow-other");
  }

  @Test
  void drawsTheTablesColumnsBelowEachOther() {
    assertThat(
            Table.of(java.util.List.of(java.util.List.of("A", "B"), java.util.List.of("long", ""))))
        .containsExactly("A     B", "long");
  }
}
