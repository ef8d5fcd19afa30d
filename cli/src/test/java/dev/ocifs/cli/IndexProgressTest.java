package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.IndexListener;
import org.junit.jupiter.api.Test;

class IndexProgressTest {
  private static final String IMAGE = "oci:image";

  private static IndexListener progress(TestConsole test) {
    return IndexProgress.create(new Ocifs(test.console, Ocifs.Place.HERE));
  }

  @Test
  void saysNothingWithinTheFirstSecond() {
    TestConsole test = TestConsole.terminal();
    IndexListener progress = progress(test);
    progress.started(IMAGE, 1000);
    test.advanceMillis(999);
    progress.progressed(900);
    progress.finished();
    assertThat(test.err()).isEmpty();
  }

  @Test
  void drawsABarTenTimesASecondAndWipesIt() {
    TestConsole test = TestConsole.terminal();
    IndexListener progress = progress(test);
    progress.started(IMAGE, 400_000_000);
    test.advanceMillis(1000);
    progress.progressed(100_000_000);
    test.advanceMillis(99);
    progress.progressed(1);
    test.advanceMillis(901);
    progress.progressed(99_999_999);
    progress.finished();
    assertThat(test.err())
        .isEqualTo(
            "\rindexing oci:image [###---------] 25 % of 400 MB, 100 MB/s, 3 s left\033[K"
                + "\rindexing oci:image [######------] 50 % of 400 MB, 100 MB/s, 2 s left\033[K"
                + "\r\033[K");
  }

  @Test
  void writesALineEveryThreeSecondsWhereNoTerminalIs() {
    TestConsole test = TestConsole.pipe();
    IndexListener progress = progress(test);
    progress.started(IMAGE, 800_000_000);
    for (int second = 1; second <= 8; second++) {
      test.advanceMillis(1000);
      progress.progressed(100_000_000);
    }
    progress.finished();
    assertThat(test.err().lines())
        .containsExactly(
            "ocifs: indexing oci:image: 12 % of 800 MB, 100 MB/s, 7 s left",
            "ocifs: indexing oci:image: 50 % of 800 MB, 100 MB/s, 4 s left",
            "ocifs: indexing oci:image: 87 % of 800 MB, 100 MB/s, 1 s left",
            "ocifs: read 800 MB of oci:image in 8 s, 100 MB/s");
  }

  @Test
  void isSilentWhenAskedTo() {
    TestConsole test = TestConsole.terminal();
    Ocifs ocifs = new Ocifs(test.console, Ocifs.Place.HERE);
    ocifs.quiet = true;
    IndexListener progress = IndexProgress.create(ocifs);
    progress.started(IMAGE, 1000);
    test.advanceMillis(5000);
    progress.progressed(500);
    progress.finished();
    assertThat(test.err()).isEmpty();
  }

  @Test
  void drawsNothingAfterTheEnd() {
    TestConsole test = TestConsole.terminal();
    IndexListener progress = progress(test);
    progress.started(IMAGE, 1000);
    progress.finished();
    test.advanceMillis(5000);
    progress.progressed(1);
    assertThat(test.err()).isEmpty();
  }

  @Test
  void fitsTheLineWhateverTheNameAndTheNumbers() {
    String name = "oci-archive:/very/long/" + "folder/".repeat(20) + "image\u001b[2J.tar:latest";
    ProgressLine line = new ProgressLine("indexing", name, 999_400_000_000L, 0);
    String bar = line.bar(123_000_000, 59_000_000_000L);
    assertThat(bar)
        .hasSizeLessThanOrEqualTo(79)
        .contains("…")
        .contains(".tar:latest ")
        .doesNotContain("\u001b");
  }

  @Test
  void givesNoTimeLeftWithoutARate() {
    assertThat(new ProgressLine("indexing", IMAGE, 1000, 0).text(0, 5_000_000_000L))
        .isEqualTo("indexing oci:image: 0 % of 1.0 kB, 0 B/s");
  }

  @Test
  void writesDurationsAsPeopleDo() {
    assertThat(ProgressLine.duration(59)).isEqualTo("59 s");
    assertThat(ProgressLine.duration(61)).isEqualTo("1 min 1 s");
    assertThat(ProgressLine.duration(7320)).isEqualTo("2 h 2 min");
  }
}
