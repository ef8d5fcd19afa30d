package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.copy.CopyProgress.Step;
import org.junit.jupiter.api.Test;

class CopyLinesTest {
  private static final Digest A = new Digest(Digest.Algorithm.SHA256, "a".repeat(64));
  private static final Digest B = new Digest(Digest.Algorithm.SHA256, "b".repeat(64));
  private static final String BAR_A =
      "copying aaaaaaaaaaaa [###---------] 25 % of 400 MB, 100 MB/s, 3 s left";

  private static CopyLines lines(TestConsole test) {
    return CopyLines.create(new Ocifs(test.console, Ocifs.Place.HERE));
  }

  @Test
  void saysNothingWithinTheFirstSecond() {
    TestConsole test = TestConsole.terminal();
    try (CopyLines lines = lines(test)) {
      lines.started(A, Step.WRITE, 1000);
      test.advanceMillis(999);
      lines.advanced(A, 1000);
      lines.finished(A, true);
    }
    assertThat(test.err()).isEmpty();
  }

  @Test
  void drawsALineForEachBlobUnderWayAndWipesThem() {
    TestConsole test = TestConsole.terminal();
    try (CopyLines lines = lines(test)) {
      lines.started(A, Step.WRITE, 400_000_000);
      lines.started(B, Step.FETCH, 100_000_000);
      test.advanceMillis(1000);
      lines.advanced(A, 100_000_000);
      test.advanceMillis(1000);
      lines.finished(B, true);
    }
    assertThat(test.err())
        .isEqualTo(
            "\r\033[J"
                + BAR_A
                + "\nfetching bbbbbbbbbbbb [------------] 0 % of 100 MB, 0 B/s"
                + "\r\033[1A\033[Jcopying aaaaaaaaaaaa [###---------] 25 % of 400 MB, 50 MB/s, 6 s left"
                + "\r\033[J");
  }

  @Test
  void writesLinesEveryThreeSecondsWhereNoTerminalIs() {
    TestConsole test = TestConsole.pipe();
    try (CopyLines lines = lines(test)) {
      lines.started(A, Step.WRITE, 400_000_000);
      for (int second = 1; second <= 4; second++) {
        test.advanceMillis(1000);
        lines.advanced(A, 100_000_000);
      }
      lines.finished(A, true);
    }
    assertThat(test.err().lines())
        .containsExactly(
            "ocifs: copying aaaaaaaaaaaa: 25 % of 400 MB, 100 MB/s, 3 s left",
            "ocifs: copying aaaaaaaaaaaa: 100 % of 400 MB, 100 MB/s",
            "ocifs: copied 1 blob, 400 MB in 4 s");
  }
}
