package dev.ocifs.oci.lazy;

import static dev.ocifs.oci.lazy.Bench.UNIT;
import static dev.ocifs.oci.lazy.Bench.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a blob stays, and how it becomes whole. */
@Timeout(120)
final class PartialBlobTest {
  private static final long SIZE = 3_000_000;

  @TempDir Path dir;
  private Bench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new Bench(dir.resolve("store"));
  }

  private void assertNothingPartial() throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(bench.store.derived().resolve("partial"))) {
      assertThat(files).isEmpty();
    }
  }

  private static void assertNeverAsked(Remote remote) {
    assertThat(remote.requests()).isEmpty();
  }

  @Test
  void whatIsHereSurvivesClosing() throws IOException {
    Remote remote = Remote.prompt(SIZE);
    try (LazyBlob blob = bench.open(remote)) {
      read(blob, remote, 0, 1_000_000);
    }
    Remote none = Remote.prompt(SIZE);
    try (LazyBlob blob = bench.open(none)) {
      read(blob, none, 0, 1_000_000);
      assertNeverAsked(none);
      assertThat(blob.state().presentBytes()).isGreaterThanOrEqualTo(1_000_000);
      assertThat(blob.state().complete()).isFalse();
      assertThat(blob.trusted()).isFalse();
      read(blob, none, SIZE - 10, 10);
      assertThat(none.requests()).hasSize(1);
    }
  }

  @Test
  void aCompleteBlobIsAFileAndItsRemoteIsNeverAsked() throws IOException {
    Remote remote = Remote.prompt(SIZE);
    Digest digest = remote.digest();
    AtomicLong told = new AtomicLong();
    try (LazyBlob blob = bench.open(remote)) {
      read(blob, remote, 0, 2 * UNIT);
      long present = blob.state().presentBytes();
      blob.complete(told::addAndGet);
      assertThat(told.get() + present).isEqualTo(SIZE);
      assertThat(blob.state().complete()).isTrue();
      assertThat(blob.trusted()).isTrue();
      assertThat(blob.wholeFile()).contains(bench.store.blob(digest));
      assertThat(blob.suspect(0, 10)).isFalse();
      int asked = remote.requests().size();
      read(blob, remote, 0, (int) SIZE);
      assertThat(remote.requests()).hasSize(asked);
    }
    assertThat(Files.size(bench.store.blob(digest))).isEqualTo(SIZE);
    assertNothingPartial();
    Remote none = Remote.prompt(SIZE);
    try (LazyBlob blob = bench.open(none)) {
      assertThat(blob.state().complete()).isTrue();
      read(blob, none, 0, (int) SIZE);
      blob.complete(bytes -> {});
    }
    assertNeverAsked(none);
  }

  @Test
  void whatAPassHasVerifiedIsKeptAndNotReadAgain() throws IOException {
    Remote remote = Remote.prompt(SIZE);
    try (LazyBlob blob = bench.open(remote)) {
      byte[] all = new byte[(int) SIZE];
      blob.readOnce(0, all, 0, all.length);
      assertThat(blob.trusted()).isFalse();
      blob.verified();
      assertThat(blob.trusted()).isTrue();
    }
    assertThat(Files.size(bench.store.blob(remote.digest()))).isEqualTo(SIZE);
    assertNothingPartial();
  }

  @Test
  void whatWasForgottenSinceAPassVerifiedItIsReadAgain() throws IOException {
    AtomicLong lies = new AtomicLong();
    Remote remote =
        new Remote(
            SIZE,
            0,
            (self, pos, len, sink) -> {
              Remote from = lies.get() > 0 ? new Remote(SIZE, 7, Remote::send) : self;
              from.send(pos, len, sink);
            });
    try (LazyBlob blob = bench.open(remote)) {
      read(blob, remote, 0, 32 * UNIT); // two requests of 1 MiB
      assertThat(blob.state().complete()).isFalse();
      blob.verified(); // too early: not all of it is here
      lies.set(1);
      assertThat(blob.suspect(0, 10)).isTrue();
      assertThatThrownBy(() -> blob.complete(bytes -> {})).hasMessageContaining("digest");
    }
  }

  @Test
  void theLastReadCompletesToo() throws Exception {
    Remote remote = Remote.prompt(SIZE);
    try (LazyBlob blob = bench.open(remote)) {
      read(blob, remote, 0, (int) SIZE);
      int asked = remote.requests().size();
      blob.complete(bytes -> {}); // waits for what the last fetch has begun
      assertThat(blob.state().complete()).isTrue();
      assertThat(remote.requests()).hasSize(asked);
    }
  }

  @Test
  void wrongContentIsThrownAwayAndCanBeFetchedAnew() throws IOException {
    Remote right = Remote.prompt(SIZE);
    AtomicLong lies = new AtomicLong(1);
    Remote remote =
        new Remote(
            SIZE,
            0,
            (self, pos, len, sink) -> {
              Remote from = pos == 0 && lies.get() > 0 ? new Remote(SIZE, 7, Remote::send) : self;
              from.send(pos, len, sink);
            });
    try (LazyBlob blob = bench.open(remote)) {
      assertThatThrownBy(() -> blob.complete(bytes -> {}))
          .isInstanceOfSatisfying(
              OcifsException.class,
              e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.MISMATCH))
          .hasMessageContaining(right.digest().toString());
      assertNothingPartial();
      assertThat(bench.store.blob(right.digest())).doesNotExist();
      assertThat(blob.state().presentBytes()).isZero();
      assertThat(blob.state().fault()).isPresent();
      lies.set(0);
      read(blob, right, 0, 1000);
      blob.complete(bytes -> {});
      assertThat(blob.trusted()).isTrue();
    }
    assertThat(bench.store.blob(right.digest())).exists();
  }

  /** As after a crash of the machine that kept the map and lost the bytes. */
  private void loseBytes(Digest digest, long from, int len) throws IOException {
    Path file = bench.store.partialBlob(digest);
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.seek(from);
      raw.write(new byte[len]);
    }
  }

  @Test
  void lostBytesAreFetchedAgainWhenAReaderSuspectsThem() throws IOException {
    Remote remote = Remote.prompt(SIZE);
    try (LazyBlob blob = bench.open(remote)) {
      read(blob, remote, 0, 500_000);
    }
    loseBytes(remote.digest(), 100_000, 50_000);
    Remote again = Remote.prompt(SIZE);
    try (LazyBlob blob = bench.open(again)) {
      assertThatThrownBy(() -> read(blob, again, 90_000, 50_000))
          .isInstanceOf(AssertionError.class);
      assertThat(blob.suspect(90_000, 50_000)).isTrue();
      read(blob, again, 90_000, 50_000);
      assertThat(again.requests()).hasSize(1);
    }
  }

  @Test
  void lostBytesAreFetchedAgainBeforeTheRemoteIsBlamed() throws IOException {
    Remote remote = Remote.prompt(SIZE);
    try (LazyBlob blob = bench.open(remote)) {
      read(blob, remote, 0, 500_000);
    }
    loseBytes(remote.digest(), 100_000, 50_000);
    try (LazyBlob blob = bench.open(remote)) {
      blob.complete(bytes -> {});
      read(blob, remote, 0, (int) SIZE);
    }
    assertNothingPartial();
  }

  @Test
  void whoFindsTheWholeToBeWrongMayReadAgainWhatAnEarlierProcessHadLeft() throws IOException {
    Remote remote = Remote.prompt(SIZE);
    try (LazyBlob blob = bench.open(remote)) {
      read(blob, remote, 0, 500_000);
    }
    loseBytes(remote.digest(), 100_000, 50_000);
    try (LazyBlob blob = bench.open(remote)) {
      blob.readFully((int) SIZE - 10, new byte[10], 0, 10);
      long fetched = blob.state().presentBytes();
      assertThat(blob.refuted()).isTrue();
      assertThat(blob.state().presentBytes()).isPositive().isLessThan(fetched - 400_000);
      assertThat(blob.refuted()).as("what is left is of this process").isFalse();
      assertThat(blob.state().presentBytes()).isZero();
      blob.complete(bytes -> {});
      assertThat(blob.refuted()).as("it was found right").isFalse();
      read(blob, remote, 0, (int) SIZE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 9, 12, 16, 24})
  void aForeignMapIsThrownAway(int at) throws IOException {
    Remote remote = Remote.prompt(SIZE);
    try (LazyBlob blob = bench.open(remote)) {
      read(blob, remote, 0, 500_000);
    }
    Path map = bench.store.partialMap(remote.digest());
    byte[] bytes = Files.readAllBytes(map);
    bytes[at] ^= 1;
    Files.write(map, bytes);
    try (LazyBlob blob = bench.open(remote)) {
      assertThat(blob.state().presentBytes()).isZero();
      read(blob, remote, 0, 500_000);
    }
  }

  @Test
  void soIsATornMapOneWithBitsBehindItsEndAndABlobOfAnotherLength() throws IOException {
    Remote remote = Remote.prompt(SIZE);
    Path map = bench.store.partialMap(remote.digest());
    for (int way = 0; way < 4; way++) {
      try (LazyBlob blob = bench.open(remote)) {
        read(blob, remote, 0, 500_000);
      }
      byte[] bytes = Files.readAllBytes(map);
      switch (way) {
        case 0 -> Files.write(map, Arrays.copyOf(bytes, bytes.length - 1));
        case 1 -> {
          bytes[bytes.length - 1] |= (byte) 0x80;
          Files.write(map, bytes);
        }
        case 2 -> Files.write(bench.store.partialBlob(remote.digest()), new byte[17]);
        default -> Files.delete(map);
      }
      try (LazyBlob blob = bench.open(remote)) {
        assertThat(blob.state().presentBytes()).as("way %d", way).isZero();
        read(blob, remote, 100_000, 1000);
      }
    }
  }

  @Test
  void twoFillOneBlobAndItIsCompletedOnce() throws Exception {
    Remote one = Remote.prompt(SIZE);
    Remote two = Remote.prompt(SIZE);
    Bench other = new Bench(dir.resolve("store"));
    try (LazyBlob first = bench.open(one);
        LazyBlob second = other.open(two)) {
      read(first, one, 0, 1_000_000);
      read(second, two, 0, 1_000_000);
      assertThat(two.requests()).isEmpty();
      read(second, two, 1_500_000, 500_000);
      var both =
          List.of(
              Bench.start(() -> first.complete(bytes -> {})),
              Bench.start(() -> second.complete(bytes -> {})));
      for (var each : both) {
        each.get(60, TimeUnit.SECONDS);
      }
      read(first, one, 0, (int) SIZE);
      read(second, two, 0, (int) SIZE);
      assertThat(first.trusted() && second.trusted()).isTrue();
    }
    assertNothingPartial();
    assertThat(Files.size(bench.store.blob(one.digest()))).isEqualTo(SIZE);
  }

  @Test
  void theFileOfOneWhoGoesOnIsNotTakenFromANewOne() throws IOException {
    Remote remote = Remote.prompt(SIZE);
    try (LazyBlob old = bench.open(remote)) {
      read(old, remote, 0, 1_000_000);
      Files.delete(bench.store.partialBlob(remote.digest())); // as a cleaner may
      Files.delete(bench.store.partialMap(remote.digest()));
      try (LazyBlob fresh = bench.open(remote)) {
        assertThat(fresh.state().presentBytes()).isZero();
        read(fresh, remote, 0, 10);
        old.complete(bytes -> {});
        read(fresh, remote, 2_000_000, 10);
      }
    }
    assertThat(Files.size(bench.store.blob(remote.digest()))).isEqualTo(SIZE);
  }

  @Test
  void sizesThatNoFileHasAreRefused() {
    Remote remote = Remote.prompt(10);
    Store store = bench.store;
    for (long size : new long[] {-1, Long.MAX_VALUE, (1L << 42) + 1}) {
      assertThatThrownBy(
              () ->
                  LazyBlob.open(
                      store, remote.digest(), size, remote, bench.queue, LazyOptions.DEFAULT))
          .isInstanceOfSatisfying(
              OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.LIMIT));
    }
  }

  @Test
  void aBlobWithoutBytesIsCompleteAtOnce() throws IOException {
    Remote remote = Remote.prompt(0);
    try (LazyBlob blob = bench.open(remote)) {
      blob.complete(bytes -> {});
      assertThat(blob.state().complete()).isTrue();
    }
    assertNeverAsked(remote);
  }

  @Test
  void unitsAreCountedToTheLastByte() throws IOException {
    Remote remote = Remote.prompt(UNIT + 1);
    try (LazyBlob blob = bench.open(remote)) {
      read(blob, remote, UNIT, 1);
      assertThat(blob.state().presentBytes()).isEqualTo(1);
    }
  }
}
