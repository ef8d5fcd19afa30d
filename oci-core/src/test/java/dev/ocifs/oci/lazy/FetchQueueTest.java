package dev.ocifs.oci.lazy;

import static dev.ocifs.oci.lazy.Bench.UNIT;
import static dev.ocifs.oci.lazy.Bench.read;
import static dev.ocifs.oci.lazy.Bench.reading;
import static dev.ocifs.oci.lazy.Bench.start;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is fetched first, and what waits meanwhile. */
@Timeout(120)
final class FetchQueueTest {
  private static final int MIB = 1 << 20;

  @TempDir Path dir;

  private static void done(CompletableFuture<?> work) throws Exception {
    work.get(30, TimeUnit.SECONDS);
  }

  /** A blob that differs from others of its size. */
  private static Remote remote(int variant, Remote.Steps steps) {
    return new Remote(8L * MIB, variant, steps);
  }

  @Test
  void theUrgentBeginFirstAndNoMoreThanThereArePlaces() throws Exception {
    Bench bench = new Bench(dir, 3, 0);
    Remote.Steps steps = new Remote.Steps();
    List<LazyBlob> blobs = new ArrayList<>();
    try {
      List<Remote> remotes = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        remotes.add(remote(i, steps));
        blobs.add(bench.open(remotes.get(i)));
      }
      List<CompletableFuture<Void>> work = new ArrayList<>();
      List<Remote.Request> first = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        work.add(reading(blobs.get(0), remotes.get(0), 2L * i * MIB, 10));
        first.add(steps.next());
      }
      // The queue knows of these before there is a place for any.
      blobs.get(1).expect(0, 10);
      FetchPriority.PREFETCH.during(
          () -> {
            blobs.get(2).expect(0, 10);
            return true;
          });
      CompletableFuture<Void> background = start(() -> blobs.get(3).complete(bytes -> {}));
      CompletableFuture<Void> ahead =
          start(
              () ->
                  FetchPriority.PREFETCH.during(
                      () -> {
                        read(blobs.get(2), remotes.get(2), 0, 10);
                        return true;
                      }));
      work.add(reading(blobs.get(1), remotes.get(1), 0, 10));
      assertThat(steps.isQuiet()).isTrue();
      first.get(0).rest();
      Remote.Request read = steps.next();
      first.get(1).rest();
      first.get(2).rest();
      read.bytes(100);
      assertThat(steps.isQuiet()).isTrue();
      read.rest();
      for (CompletableFuture<Void> each : work) {
        done(each);
      }
      Remote.Request prefetch = steps.next();
      assertThat(background).isNotDone();
      assertThat(prefetch.range.len()).isEqualTo(2 * UNIT);
      prefetch.rest();
      done(ahead);
      steps.next().rest();
      steps.next().rest();
      done(background);
      assertThat(remotes.get(1).requests()).hasSize(1);
      assertThat(remotes.get(3).requests()).hasSize(2);
    } finally {
      for (LazyBlob blob : blobs) {
        blob.close();
      }
    }
  }

  @Test
  void aFetchInTheBackgroundStopsWhileSomebodyReads() throws Exception {
    Bench bench = new Bench(dir);
    Remote.Steps steps = new Remote.Steps();
    Remote low = remote(1, steps);
    Remote high = remote(2, steps);
    try (LazyBlob lazy = bench.open(low);
        LazyBlob urgent = bench.open(high)) {
      CompletableFuture<Void> background = start(() -> lazy.complete(bytes -> {}));
      Remote.Request one = steps.next();
      Remote.Request two = steps.next();
      CompletableFuture<Void> reader = reading(urgent, high, 0, 10);
      Remote.Request read = steps.next();
      one.bytes(UNIT);
      two.bytes(UNIT);
      while (bench.queue.givingWay() < 2) {
        Thread.onSpinWait();
      }
      read.bytes(UNIT);
      done(reader);
      assertThat(lazy.state().presentBytes()).isZero();
      read.rest();
      one.rest();
      two.rest();
      done(background);
      assertThat(lazy.trusted()).isTrue();
    }
  }

  @Test
  void theBackgroundRestsAfterAFetchForAReader() throws Exception {
    Duration rest = Duration.ofMillis(500);
    Bench bench = new Bench(dir, FetchQueue.DEFAULT_PLACES, 0, rest);
    Remote.Steps steps = new Remote.Steps();
    Remote low = remote(1, steps);
    Remote high = remote(2, steps);
    try (LazyBlob lazy = bench.open(low);
        LazyBlob urgent = bench.open(high)) {
      CompletableFuture<Void> reader = reading(urgent, high, 0, 10);
      Remote.Request read = steps.next();
      CompletableFuture<Void> background = start(() -> lazy.complete(bytes -> {}));
      read.rest();
      done(reader);
      long begin = bench.timing.nanoTime();
      bench.timing.advanceToAlarmWithin(rest); // there is none before the read has ended
      assertThat(bench.timing.nanoTime() - begin).isEqualTo(rest.toNanos());
      steps.next().rest();
      steps.next().rest();
      done(background);
      assertThat(low.requests()).hasSize(2);
    }
  }

  @Test
  void aReaderWhoseBytesAreNearInTheBackgroundHurriesThem() throws Exception {
    Bench bench = new Bench(dir);
    Remote.Steps steps = new Remote.Steps();
    Remote remote = remote(1, steps);
    Remote other = remote(2, steps);
    try (LazyBlob blob = bench.open(remote);
        LazyBlob busy = bench.open(other)) {
      CompletableFuture<Void> background = start(() -> blob.complete(bytes -> {}));
      List<Remote.Request> pieces = List.of(steps.next(), steps.next());
      Remote.Request first = pieces.get(pieces.get(0).range.pos() == 0 ? 0 : 1);
      CompletableFuture<Void> elsewhere = reading(busy, other, 0, 10);
      Remote.Request read = steps.next();
      first.bytes(4 * UNIT);
      while (bench.queue.givingWay() < 1) {
        Thread.onSpinWait();
      }
      done(reading(blob, remote, 2 * UNIT, 100));
      read.rest();
      done(elsewhere);
      for (Remote.Request piece : pieces) {
        piece.rest();
      }
      done(background);
      assertThat(remote.requests()).hasSize(2);
    }
  }

  @Test
  void aReaderWhoseBytesAreFarInTheBackgroundFetchesThemItself() throws Exception {
    Bench bench = new Bench(dir);
    Remote.Steps steps = new Remote.Steps();
    Remote remote = remote(1, steps);
    try (LazyBlob blob = bench.open(remote)) {
      CompletableFuture<Void> background = start(() -> blob.complete(bytes -> {}));
      List<Remote.Request> pieces = List.of(steps.next(), steps.next());
      CompletableFuture<Void> reader = reading(blob, remote, 3L * MIB, 100);
      Remote.Request read = steps.next();
      assertThat(read.range.pos()).isEqualTo(3L * MIB);
      read.rest();
      done(reader);
      assertThat(blob.state().presentBytes()).isBetween(1L, read.range.len());
      pieces.get(0).rest();
      pieces.get(1).rest();
      steps.next().rest(); // what was taken from the piece and not read
      done(background);
      read(blob, remote, 0, 8 * MIB);
    }
  }

  @Test
  void theBackgroundKeepsItsRate() throws Exception {
    Bench bench = new Bench(dir, FetchQueue.DEFAULT_PLACES, MIB);
    Remote remote = Remote.prompt(6L * MIB);
    long begin = bench.timing.nanoTime();
    try (LazyBlob blob = bench.open(remote)) {
      CompletableFuture<Void> background = start(() -> blob.complete(bytes -> {}));
      for (int second = 1; second < 6; second++) {
        bench.timing.advanceToAlarmWithin(Duration.ofSeconds(2));
        long allowed = (bench.timing.nanoTime() - begin) / 1000 * MIB / 1_000_000 + MIB;
        assertThat(remote.requestedBytes()).isLessThanOrEqualTo(allowed);
      }
      done(background);
    }
    assertThat(bench.timing.nanoTime() - begin)
        .isBetween(Duration.ofSeconds(5).toNanos(), Duration.ofMillis(5100).toNanos());
    assertThat(remote.requests()).hasSize(6);
  }

  @Test
  void whoReadsIsNotHeldByTheRateOfTheBackground() throws IOException {
    Bench bench = new Bench(dir, FetchQueue.DEFAULT_PLACES, 1);
    Remote remote = Remote.prompt(6L * MIB);
    try (LazyBlob blob = bench.open(remote)) {
      read(blob, remote, 0, 6 * MIB);
    }
    assertThat(remote.requestedBytes()).isEqualTo(6L * MIB);
  }
}
