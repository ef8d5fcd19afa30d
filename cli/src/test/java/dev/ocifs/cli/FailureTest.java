package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FailureTest {
  private final TestConsole test = TestConsole.pipe();
  private final Ocifs ocifs = new Ocifs(test.console, Ocifs.Place.HERE);
  private final Failure failure = new Failure(test.console, ocifs);

  @Test
  void isOneLineWhateverTheImageSays() {
    OcifsException e =
        new OcifsException(Kind.INVALID_IMAGE, "bad\nname")
            .entry("evil\u001b[31m\r\u202e")
            .hint("do\u0007not");
    assertThat(failure.report(e)).isEqualTo(4);
    assertThat(test.err())
        .isEqualTo("ocifs: entry evil\\x1b[31m\\r\\u202e: bad\\nname; do\\x07not\n");
  }

  @Test
  void explainsErrorsOfTheHost() {
    assertThat(failure.report(new NoSuchFileException("/x"))).isEqualTo(3);
    assertThat(failure.report(new AccessDeniedException("/y"))).isEqualTo(10);
    assertThat(failure.report(new FileSystemException("/z", null, "Is a directory"))).isEqualTo(10);
    assertThat(failure.report(new UncheckedIOException(new IOException("disk on fire"))))
        .isEqualTo(10);
    assertThat(test.err().lines())
        .containsExactly(
            "ocifs: /x: no such file or directory; check the path",
            "ocifs: /y: permission denied; run it as a user who may read it",
            "ocifs: /z: Is a directory; check the file and the disk it is on",
            "ocifs: disk on fire; run it again with --debug to see where");
  }

  @Test
  void callsItsOwnFaultsSo() {
    assertThat(failure.report(new IllegalStateException("two\nlines"))).isEqualTo(1);
    assertThat(test.err().lines())
        .singleElement()
        .asString()
        .startsWith("ocifs: unexpected: java.lang.IllegalStateException: two\\nlines; please");
  }

  @Test
  void showsTheStackForDebugOnly() {
    ocifs.debug = true;
    failure.report(new OcifsException(Kind.IO, "broken"));
    assertThat(test.err()).startsWith("ocifs: broken\n").contains("\tat dev.ocifs.cli.FailureTest");
  }

  @Test
  void saysNothingWhenTheReaderHasGone() {
    assertThat(failure.report(new StandardOutput.ReaderGone(new IOException("Broken pipe"))))
        .isEqualTo(141);
    assertThat(test.err()).isEmpty();
  }
}
