package dev.ocifs.oci.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnusedFileTest {
  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void leasesAreGranted() throws IOException {
    Path probe = Files.writeString(dir.resolve("probe"), "x");
    assumeTrue(UnusedFile.delete(probe), "no leases on this file system");
    file = Files.writeString(dir.resolve("a file, \u00e4"), "content");
  }

  @Test
  void aFileThatNobodyHasOpenIsDeleted() throws IOException {
    assertThat(UnusedFile.delete(file)).isTrue();
    assertThat(file).doesNotExist();
    assertThat(UnusedFile.delete(file)).isFalse();
  }

  @Test
  void anOpenFileStaysUntilItIsClosed() throws IOException {
    try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
      assertThat(open.size()).isEqualTo(7);
      assertThat(UnusedFile.is(file)).isFalse();
      assertThat(UnusedFile.delete(file)).isFalse();
      assertThat(file).hasContent("content");
    }
    assertThat(UnusedFile.is(file)).isTrue();
    assertThat(file).hasContent("content");
    assertThat(UnusedFile.delete(file)).isTrue();
  }

  @Test
  void soDoesAMappedOneThatIsClosed() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
        assertThat(open.map(FileChannel.MapMode.READ_ONLY, 0, 7, arena).byteSize()).isEqualTo(7);
      }
      assertThat(UnusedFile.delete(file)).isFalse();
    }
    assertThat(UnusedFile.delete(file)).isTrue();
  }

  @Test
  void oneThatAnotherProcessHasOpenStays() throws Exception {
    Process other = new ProcessBuilder("sleep", "60").redirectInput(file.toFile()).start();
    try {
      assertThat(UnusedFile.delete(file)).isFalse();
    } finally {
      other.destroyForcibly().waitFor();
    }
    assertThat(UnusedFile.delete(file)).isTrue();
  }
}
