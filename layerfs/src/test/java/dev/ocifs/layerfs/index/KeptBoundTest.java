package dev.ocifs.layerfs.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.store.Store;
import dev.ocifs.oci.store.UnusedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeptBoundTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final int BYTES = 512;

  @TempDir Path dir;
  private Store store;
  private KeptBound bound;
  private Path oldest;
  private Path older;
  private Path recent;

  @BeforeEach
  void keepThree() throws IOException {
    Path probe = Files.writeString(dir.resolve("probe"), "x");
    assumeTrue(UnusedFile.delete(probe), "no leases on this file system");
    store = Store.open(dir.resolve("store"));
    bound = new KeptBound(store, InstantSource.fixed(NOW));
    older = keep("b", 7200);
    oldest = keep("a", 9000);
    recent = keep("c", 10);
    Path span = store.spans().resolve("layer").resolve("0-1");
    Files.createDirectories(span.getParent());
    Files.write(span, new byte[BYTES]);
  }

  private Path keep(String digit, long age) throws IOException {
    Path file = store.object(Digest.parse("sha256:" + digit.repeat(64)));
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[BYTES]);
    return Files.setLastModifiedTime(file, FileTime.from(NOW.minusSeconds(age)));
  }

  @Test
  void whatFitsStays() throws IOException {
    assertThat(bound.trim(3 * BYTES)).isEqualTo(3 * BYTES);
    assertThat(oldest).exists();
  }

  @Test
  void theOneUnusedForLongestGoesFirst() throws IOException {
    assertThat(bound.trim(3 * BYTES - 1)).isEqualTo(2 * BYTES);
    assertThat(oldest).doesNotExist();
    assertThat(older).exists();
  }

  @Test
  void whatWasJustUsedStaysEvenWhenItIsTooMuch() throws IOException {
    assertThat(bound.trim(0)).isEqualTo(BYTES);
    assertThat(older).doesNotExist();
    assertThat(recent).exists();
  }

  @Test
  void whatIsOpenStaysAndTheNextGoes() throws IOException {
    try (FileChannel open = FileChannel.open(oldest, StandardOpenOption.READ)) {
      assertThat(open.size()).isEqualTo(BYTES);
      assertThat(bound.trim(2 * BYTES)).isEqualTo(2 * BYTES);
    }
    assertThat(oldest).exists();
    assertThat(older).doesNotExist();
  }

  @Test
  void aUseMovesTheTimeOn() throws IOException {
    FileTime before = Files.getLastModifiedTime(oldest);
    Files.setLastModifiedTime(oldest, FileTime.from(Instant.now().minusSeconds(3600)));
    KeptBound.used(oldest);
    assertThat(Files.getLastModifiedTime(oldest)).isNotEqualTo(before);
    assertThat(Files.getLastModifiedTime(oldest).toInstant())
        .isAfter(Instant.now().minusSeconds(1800));
  }
}
