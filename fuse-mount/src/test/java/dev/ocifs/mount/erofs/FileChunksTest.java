package dev.ocifs.mount.erofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.mount.erofs.FileChunks.Run;
import dev.ocifs.oci.OcifsException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileChunksTest {
  @TempDir Path dir;

  /** "device:block" each, "-" for a hole. */
  private List<String> indexes(FileChunks chunks, long copies) throws Exception {
    Path path = dir.resolve("indexes");
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ImageOutput out = new ImageOutput(file);
      chunks.writeIndexes(out, new int[] {1, 2}, copies);
      out.flush();
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    List<String> found = new ArrayList<>();
    while (bytes.hasRemaining()) {
      assertThat(bytes.getShort()).isZero();
      short device = bytes.getShort();
      int block = bytes.getInt();
      found.add(block == -1 ? "-" : device + ":" + Integer.toUnsignedString(block));
    }
    return found;
  }

  @Test
  void aFileInOnePieceIsOneChunkFarBehindFourGigabytes() throws Exception {
    FileChunks chunks = FileChunks.of(1_000_003, List.of(new Run(1, 0, 6L << 30, 1_000_003)));
    assertThat(chunks.format()).isEqualTo(0x20 | 20 - 9);
    assertThat(indexes(chunks, 0)).containsExactly("2:12582912");
    assertThat(chunks.copiedBlocks()).isZero();
  }

  @Test
  void aSmallFileIsOneBlock() throws Exception {
    FileChunks chunks = FileChunks.of(1, List.of(new Run(0, 0, 1536, 1)));
    assertThat(chunks.format()).isEqualTo(0x20);
    assertThat(indexes(chunks, 0)).containsExactly("1:3");
  }

  @Test
  void aHoleIsOneChunkUpToATebibyte() throws Exception {
    FileChunks chunks = FileChunks.of(5L << 40, List.of());
    assertThat(chunks.format()).isEqualTo(0x20 | 31);
    assertThat(indexes(chunks, 0)).containsExactly("-", "-", "-", "-", "-");
  }

  @Test
  void chunksOfASparseFileAreAsLargeAsItsRunsAllow() throws Exception {
    FileChunks chunks =
        FileChunks.of(
            20_000,
            List.of(new Run(0, 4096, 512, 4096), new Run(0, 16_384, 4608, 20_000 - 16_384)));
    assertThat(chunks.format()).isEqualTo(0x20 | 12 - 9);
    assertThat(indexes(chunks, 0)).containsExactly("-", "1:1", "-", "-", "1:9");
    assertThat(chunks.copiedBlocks()).isZero();
  }

  @Test
  void runsOffTheBlocksAreCopied() throws Exception {
    FileChunks chunks =
        FileChunks.of(2000, List.of(new Run(0, 100, 512, 50), new Run(0, 1600, 562, 400)));
    assertThat(chunks.copiedBlocks()).isEqualTo(2);
    assertThat(indexes(chunks, 77)).containsExactly("0:77", "-", "-", "0:78");
  }

  @Test
  void whatIsTooLargeToCopyIsRefused() {
    assertThatThrownBy(() -> FileChunks.of(1L << 40, List.of(new Run(0, 1, 512, 1L << 39))))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("sparse file");
  }
}
