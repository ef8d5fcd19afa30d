package dev.ocifs.oci.lazy;

import static dev.ocifs.oci.lazy.Bench.UNIT;
import static dev.ocifs.oci.lazy.Bench.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two fill one blob; one of them is slow or was given wrong bytes when the other completes it. */
@Timeout(120)
final class HaltedWriterTest {
  private static final int UNITS = 8;
  private static final int SIZE = UNITS * UNIT;

  @TempDir Path dir;
  private Bench bench;
  private final Remote remote = Remote.prompt(SIZE);

  @BeforeEach
  void open() throws IOException {
    bench = new Bench(dir.resolve("store"));
  }

  /** What another process has open. */
  private PartialBlob other() throws IOException {
    Store store = bench.store;
    return Objects.requireNonNull(PartialBlob.open(store, remote.digest(), SIZE));
  }

  private static byte[] wrong() {
    byte[] bytes = new byte[UNIT];
    Arrays.fill(bytes, (byte) 'x');
    return bytes;
  }

  private byte[] right(int unit) {
    byte[] bytes = new byte[UNIT];
    remote.fill((long) unit * UNIT, bytes, 0, UNIT);
    return bytes;
  }

  private Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  private void assertRight() throws IOException {
    byte[] expected = new byte[SIZE];
    remote.fill(0, expected, 0, SIZE);
    assertThat(Files.readAllBytes(bench.store.blob(remote.digest()))).isEqualTo(expected);
    assertThat(bench.store.partialBlob(remote.digest())).doesNotExist();
    assertThat(bench.store.partialMap(remote.digest())).doesNotExist();
  }

  @Test
  void whatIsWrittenAfterHaltingIsNotInTheBlobThatWasVerified() throws IOException {
    try (PartialBlob halted = other();
        LazyBlob blob = bench.open(remote)) {
      assertThat(halted.map().gate().enter()).isTrue();
      assertThat(halted.map().has(3)).isFalse(); // halted here, as by SIGSTOP
      blob.complete(bytes -> {});
      assertThat(blob.trusted()).isTrue();
      halted.file().write(3L * UNIT, wrong(), UNIT);
      assertThat(halted.map().set(3)).isTrue();
      halted.map().gate().leave();
      assertRight();
      read(blob, remote, 0, SIZE);
    }
  }

  @Test
  void soItIsWhenAPassHasVerifiedTheBlob() throws IOException {
    try (PartialBlob halted = other();
        LazyBlob blob = bench.open(remote)) {
      assertThat(halted.map().gate().enter()).isTrue();
      byte[] all = new byte[SIZE];
      blob.readOnce(0, all, 0, SIZE);
      halted.file().write(3L * UNIT, wrong(), UNIT); // between the pass and its verdict
      assertThat(halted.map().set(3)).isTrue();
      assertThat(halted.map().gate().change()).isTrue();
      halted.map().gate().leave();
      assertThatThrownBy(blob::verified)
          .isInstanceOfSatisfying(
              OcifsException.class,
              e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.MISMATCH));
      assertThat(bench.store.blob(remote.digest())).doesNotExist();
    }
  }

  @Test
  void whoComesAfterTheSealWritesAndDropsNothing() throws IOException {
    try (PartialBlob late = other();
        LazyBlob blob = bench.open(remote)) {
      Object file = key(bench.store.partialBlob(remote.digest()));
      blob.complete(bytes -> {});
      assertThat(key(bench.store.blob(remote.digest()))).isEqualTo(file); // moved, not copied
      late.drop(3);
      late.put(3, wrong());
      assertThat(late.isWhole()).isTrue();
      byte[] unit = new byte[UNIT];
      late.read(3L * UNIT, unit, 0, UNIT);
      assertThat(unit).isEqualTo(right(3));
      assertRight();
    }
  }

  @Test
  void aUnitThatTwoHaveWrittenIsReadAgain() throws IOException {
    try (PartialBlob slow = other();
        LazyBlob blob = bench.open(remote)) {
      read(blob, remote, 0, UNIT);
      long before = slow.map().gate().changes();
      slow.put(0, wrong()); // it is here
      slow.put(7, right(7));
      assertThat(slow.map().gate().changes()).isEqualTo(before);
      slow.drop(7);
      assertThat(slow.map().gate().changes()).isEqualTo(before + 1);
      blob.complete(bytes -> {});
      assertRight();
    }
  }

  @Test
  void aSealWhoseOwnerWasKilledIsTakenAway() throws IOException {
    try (PartialBlob killed = other()) {
      killed.put(0, wrong());
      assertThat(killed.map().gate().seal(0)).isTrue();
    }
    try (LazyBlob blob = bench.open(remote)) {
      assertThat(blob.suspect(0, 1)).isTrue();
      read(blob, remote, 0, SIZE);
      blob.complete(bytes -> {});
      assertRight();
    }
  }

  @Test
  void aWriterThatWasKilledCostsACopy() throws IOException {
    try (PartialBlob killed = other()) {
      assertThat(killed.map().gate().enter()).isTrue();
    }
    Object file = key(bench.store.partialBlob(remote.digest()));
    try (LazyBlob blob = bench.open(remote)) {
      blob.complete(bytes -> {});
      assertRight();
      assertThat(key(bench.store.blob(remote.digest()))).isNotEqualTo(file);
    }
  }
}
