package dev.ocifs.oci.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.oci.store.DirectIo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectReaderTest {
  private static final int SIZE = 1_900_001;

  @TempDir Path folder;

  private final byte[] content = new byte[SIZE];

  /** A file whose pages are not in memory, where the file system can do that. */
  private Path coldFile() throws IOException {
    new Random(7).nextBytes(content);
    Path file = folder.resolve("file");
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, DirectIo.option())) {
      ByteBuffer whole = ByteBuffer.allocateDirect(2 << 20).alignedSlice(64 * 1024);
      whole.put(content).position(0).limit(whole.capacity() / (64 * 1024) * (64 * 1024));
      while (whole.hasRemaining()) {
        channel.write(whole);
      }
      channel.truncate(SIZE);
    } catch (IOException | UnsupportedOperationException e) {
      assumeTrue(false, "this file system has no O_DIRECT: " + e);
    }
    return file;
  }

  @Test
  void readsWhatTheFileHasFromAnyPlace() throws IOException {
    Path file = coldFile();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        DirectReader reader = new DirectReader(file, channel, SIZE)) {
      byte[] bytes = new byte[SIZE];
      assertThat(reader.read(0, bytes, 0, SIZE)).isTrue();
      assertThat(bytes).isEqualTo(content);
      Random random = new Random(8);
      for (int i = 0; i < 200; i++) {
        int from = random.nextInt(SIZE);
        int length = random.nextInt(Math.min(300_000, SIZE - from) + 1);
        Arrays.fill(bytes, (byte) 0);
        assertThat(reader.read(from, bytes, 3, Math.min(length, SIZE - 3))).isTrue();
        assertThat(Arrays.mismatch(bytes, 3, 3 + length, content, from, from + length))
            .isNegative();
      }
    }
  }

  @Test
  void leavesToTheCacheWhatIsThere() throws IOException {
    new Random(7).nextBytes(content);
    Path file = Files.write(folder.resolve("warm"), content);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        DirectReader reader = new DirectReader(file, channel, SIZE)) {
      assertThat(reader.read(5, new byte[1000], 0, 1000)).isFalse();
    }
  }

  @Test
  void declinesAtTheEndOfAFileThatBecameShorter() throws IOException {
    Path file = coldFile();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        DirectReader reader = new DirectReader(file, channel, SIZE)) {
      try (FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE)) {
        other.truncate(100_000);
      }
      assertThat(reader.read(90_000, new byte[20_000], 0, 20_000)).isFalse();
      assertThat(reader.read(0, new byte[SIZE], 0, SIZE)).isFalse();
    }
  }

  @Test
  void leavesShortFilesToTheCache() throws IOException {
    Path file = coldFile();
    int length = (int) DirectReader.MIN_FILE_BYTES - 1;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        DirectReader reader = new DirectReader(file, channel, length)) {
      assertThat(reader.read(0, new byte[10], 0, 10)).isFalse();
    }
  }

  @Test
  void declinesOnceItIsClosed() throws IOException {
    Path file = coldFile();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      DirectReader reader = new DirectReader(file, channel, SIZE);
      assertThat(reader.read(0, new byte[10], 0, 10)).isTrue();
      reader.close();
      reader.close();
      assertThat(reader.read(0, new byte[10], 0, 10)).isFalse();
    }
  }
}
