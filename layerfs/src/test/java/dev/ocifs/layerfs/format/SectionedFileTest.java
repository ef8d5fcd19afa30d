package dev.ocifs.layerfs.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SectionedFileTest {
  private static final FileFormat FORMAT = new FileFormat("TESTFILE", "test file", 2, 3);
  private static final int PAYLOAD = 300_000;

  @TempDir Path dir;

  private Path write(FileFormat format, byte[] payload) throws IOException {
    Path path = dir.resolve("file-" + format.version());
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      SectionedFileWriter writer = new SectionedFileWriter(channel, format);
      writer.begin(1);
      writer.put(payload, 0, 1000);
      writer.end();
      writer.begin(2);
      writer.putInt(0x01020304);
      writer.putLong(-5);
      writer.end();
      writer.begin(1);
      writer.put(payload, 1000, payload.length - 1000);
      writer.end();
      writer.finish();
    }
    return path;
  }

  private static byte[] payload() {
    byte[] payload = new byte[PAYLOAD];
    new Random(7).nextBytes(payload);
    return payload;
  }

  @Test
  void givesBackWhatWasWrittenAcrossBlocksAndPieces() throws IOException {
    byte[] payload = payload();
    try (SectionedFile file = SectionedFile.open(write(FORMAT, payload), FORMAT)) {
      byte[] back = new byte[PAYLOAD];
      int at = 0;
      for (SectionedFile.Piece piece : file.pieces(1)) {
        file.get(piece.offset(), back, at, (int) piece.length());
        at += (int) piece.length();
        assertThat(piece.offset() % 64).isZero();
      }
      assertThat(back).isEqualTo(payload);
      SectionedFile.Piece numbers = file.section(2);
      assertThat(file.getInt(numbers.offset())).isEqualTo(0x01020304);
      assertThat(file.getLong(numbers.offset() + 4)).isEqualTo(-5);
      assertThat(file.compare(file.pieces(1).get(0).offset(), 3, Arrays.copyOf(payload, 3)))
          .isZero();
      assertThat(file.compare(file.pieces(1).get(0).offset(), 3, Arrays.copyOf(payload, 4)))
          .isNegative();
    }
  }

  @Test
  void everyFlippedBitIsFoundBeforeItIsUsed() throws IOException {
    Path path = write(FORMAT, payload());
    byte[] good = Files.readAllBytes(path);
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      byte[] bad = good.clone();
      // The first hundred hit header and tail, where the shape of the file is told.
      int at = i < 50 ? i : i < 100 ? bad.length - 1 - (i - 50) : random.nextInt(bad.length);
      bad[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(path, bad);
      assertThatThrownBy(
              () -> {
                try (SectionedFile file = SectionedFile.open(path, FORMAT)) {
                  file.checkAll();
                }
              })
          .as("byte %d", at)
          .isInstanceOfSatisfying(
              OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.STORE));
    }
  }

  @Test
  void everyTruncationIsFound() throws IOException {
    Path path = write(FORMAT, payload());
    byte[] good = Files.readAllBytes(path);
    for (int length : new int[] {0, 1, 63, 64, 103, 104, 1000, 70_000, good.length - 1}) {
      Files.write(path, Arrays.copyOf(good, length));
      assertThatThrownBy(() -> SectionedFile.open(path, FORMAT))
          .as("length %d", length)
          .isInstanceOf(OcifsException.class)
          .hasMessageContaining("damaged")
          .hasMessageContaining(path.toString());
    }
  }

  @Test
  void tooNewAndTooOldAreErrorsOfTheirOwn() throws IOException {
    FileFormat newer = new FileFormat("TESTFILE", "test file", 2, 4);
    assertThatThrownBy(() -> SectionedFile.open(write(newer, payload()), FORMAT))
        .hasMessageContaining("version 4, newer");
    FileFormat older = new FileFormat("TESTFILE", "test file", 1, 1);
    assertThatThrownBy(() -> SectionedFile.open(write(older, payload()), FORMAT))
        .hasMessageContaining("version 1, older");
  }

  @Test
  void referencesOutsideTheBodyAreDamage() throws IOException {
    try (SectionedFile file = SectionedFile.open(write(FORMAT, payload()), FORMAT)) {
      assertThatThrownBy(() -> file.getInt(-1)).hasMessageContaining("damaged");
      assertThatThrownBy(() -> file.getLong(file.size() - 4)).hasMessageContaining("damaged");
      assertThatThrownBy(() -> file.getLong(Long.MAX_VALUE)).hasMessageContaining("damaged");
    }
  }

  @Test
  void aClosedFileSaysSo() throws IOException {
    SectionedFile file = SectionedFile.open(write(FORMAT, payload()), FORMAT);
    file.close();
    assertThatThrownBy(() -> file.getInt(64)).isInstanceOf(IllegalStateException.class);
  }
}
