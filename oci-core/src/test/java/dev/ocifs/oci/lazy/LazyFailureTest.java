package dev.ocifs.oci.lazy;

import static dev.ocifs.oci.lazy.Bench.UNIT;
import static dev.ocifs.oci.lazy.Bench.read;
import static dev.ocifs.oci.lazy.Bench.reading;
import static dev.ocifs.oci.lazy.Bench.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens when the remote fails. */
@Timeout(120)
final class LazyFailureTest {
  private static final int MIB = 1 << 20;
  private static final Duration MOST_PAUSE = Duration.ofSeconds(5);

  @TempDir Path dir;
  private Bench bench;
  private final Remote.Steps steps = new Remote.Steps();

  @BeforeEach
  void open() throws IOException {
    bench = new Bench(dir.resolve("store"));
  }

  private static OcifsException failure(CompletableFuture<Void> work)
      throws InterruptedException, TimeoutException {
    try {
      work.get(30, TimeUnit.SECONDS);
      throw new AssertionError("it did not fail");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof OcifsException known) {
        return known;
      }
      throw new AssertionError("another failure", e);
    }
  }

  private double seconds(long begin) {
    return (bench.timing.nanoTime() - begin) / 1e9;
  }

  @Test
  void aReadTriesAgainUntilItSucceeds() throws Exception {
    Remote remote = new Remote(MIB, 0, steps);
    try (LazyBlob blob = bench.open(remote)) {
      CompletableFuture<Void> reader = reading(blob, remote, 0, 100);
      for (int i = 0; i < 3; i++) {
        steps.next().fail("connection reset");
        bench.timing.advanceToAlarmWithin(MOST_PAUSE);
      }
      steps.next().rest();
      reader.get(30, TimeUnit.SECONDS);
      assertThat(blob.state().fault()).isEmpty();
    }
  }

  @Test
  void whatArrivedBeforeAFailureIsNotAskedForAgain() throws Exception {
    Remote remote = new Remote(MIB, 0, steps);
    try (LazyBlob blob = bench.open(remote)) {
      blob.expect(0, MIB);
      CompletableFuture<Void> reader = reading(blob, remote, 0, MIB);
      Remote.Request request = steps.next();
      request.bytes(3 * UNIT + 1000);
      request.fail("connection reset");
      bench.timing.advanceToAlarmWithin(MOST_PAUSE);
      Remote.Request rest = steps.next();
      assertThat(rest.range).isEqualTo(new Remote.Range(3 * UNIT, MIB - 3 * UNIT));
      rest.rest();
      reader.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aReadGivesUpAfterItsTimeAndTheNextOneTriesAtOnce() throws Exception {
    Remote remote = new Remote(MIB, 0, steps);
    try (LazyBlob blob = bench.open(remote)) {
      CompletableFuture<Void> cached = reading(blob, remote, 0, 100);
      steps.next().rest();
      cached.get(30, TimeUnit.SECONDS);
      long begin = bench.timing.nanoTime();
      CompletableFuture<Void> reader = reading(blob, remote, MIB / 2, 100);
      int requests = 0;
      while (seconds(begin) < 30) {
        steps.next().fail("connection refused");
        requests++;
        bench.timing.advanceToAlarmWithin(MOST_PAUSE);
      }
      OcifsException failure = failure(reader);
      assertThat(failure.kind()).isEqualTo(OcifsException.Kind.REMOTE);
      assertThat(failure)
          .hasMessageContaining(remote.digest().toString())
          .hasMessageContaining("the test's registry")
          .hasMessageContaining("connection refused")
          .hasMessageContaining("30 s");
      assertThat(seconds(begin)).isBetween(29.9, 30.1);
      assertThat(requests).isBetween(8, 15);
      read(blob, remote, 0, 100);
      assertThat(blob.state().fault())
          .hasValueSatisfying(why -> assertThat(why).contains("refused"));

      CompletableFuture<Void> again = reading(blob, remote, MIB / 2, 100);
      steps.next().rest();
      again.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aRequestThatHangsIsGivenUp() throws Exception {
    Remote remote = new Remote(MIB, 0, steps);
    try (LazyBlob blob = bench.open(remote)) {
      CompletableFuture<Void> reader = reading(blob, remote, 0, 100);
      Remote.Request hangs = steps.next();
      bench.timing.advanceToAlarmWithin(Duration.ofSeconds(30));
      assertThat(failure(reader)).hasMessageContaining("30 s");
      while (!hangs.interrupted) {
        Thread.onSpinWait();
      }
      CompletableFuture<Void> again = reading(blob, remote, 0, 100);
      steps.next().rest();
      again.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aReadThatGetsOnNeverTimesOut() throws Exception {
    Remote remote = new Remote(MIB, 0, steps);
    try (LazyBlob blob = bench.open(remote)) {
      CompletableFuture<Void> reader = reading(blob, remote, 0, MIB);
      Remote.Request slow = steps.next();
      for (int unit = 0; unit < 8; unit++) {
        slow.bytes(UNIT);
        long present = (unit + 1L) * UNIT;
        while (blob.state().presentBytes() < present) {
          Thread.onSpinWait();
        }
        bench.timing.advance(Duration.ofSeconds(20));
      }
      slow.rest();
      reader.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void completionGivesUpWhenNothingSucceedsAndCanBeTriedAgain() throws Exception {
    Remote remote = new Remote(MIB, 0, steps);
    try (LazyBlob blob = bench.open(remote)) {
      CompletableFuture<Void> completing = start(() -> blob.complete(bytes -> {}));
      steps.next().fail("unreachable");
      long begin = bench.timing.nanoTime();
      while (seconds(begin) < 30) {
        assertThat(completing).isNotDone();
        bench.timing.advanceToAlarmWithin(MOST_PAUSE);
        steps.next().fail("unreachable");
      }
      assertThat(failure(completing)).hasMessageContaining("unreachable");
      CompletableFuture<Void> again = start(() -> blob.complete(bytes -> {}));
      bench.timing.advance(MOST_PAUSE);
      steps.next().rest();
      again.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void bytesThatNobodyAskedForAreRefused() throws Exception {
    Remote lying =
        new Remote(
            MIB, 0, (remote, pos, len, sink) -> sink.accept(pos + UNIT, new byte[100], 0, 100));
    try (LazyBlob blob = bench.open(lying)) {
      CompletableFuture<Void> reader = reading(blob, lying, 0, 100);
      bench.timing.advanceToAlarmWithin(MOST_PAUSE);
      assertThat(blob.state().presentBytes()).isZero();
      assertThat(reader).isNotDone();
    }
  }

  @Test
  void faultsHereAndThereNeverGiveWrongBytes(TestReporter reporter) throws Exception {
    long seed = System.nanoTime();
    reporter.publishEntry("seed", Long.toString(seed));
    Random faults = new Random(seed);
    Remote remote =
        new Remote(
            10L * MIB + 99,
            0,
            (self, pos, len, sink) -> {
              double dice;
              synchronized (faults) {
                dice = faults.nextDouble();
              }
              if (dice < 0.3) {
                self.send(pos, Math.max(1, (long) (len * dice * 3)), sink);
                throw new IOException("reset");
              } else if (dice < 0.4) {
                return; // without an error
              } else if (dice < 0.45) {
                throw new IllegalStateException("a fault of the client");
              }
              self.send(pos, len, sink);
            });
    LazyOptions patient = LazyOptions.DEFAULT.withReadTimeout(Duration.ofDays(1));
    try (LazyBlob blob =
        LazyBlob.open(bench.store, remote.digest(), remote.size(), remote, bench.queue, patient)) {
      List<CompletableFuture<Void>> work = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Random random = new Random(seed + i);
        work.add(
            start(
                () -> {
                  for (int k = 0; k < 15; k++) {
                    int len = 1 + random.nextInt(500_000);
                    read(blob, remote, random.nextInt((int) remote.size() - len), len);
                  }
                }));
      }
      work.add(start(() -> blob.complete(bytes -> {})));
      CompletableFuture<Void> all = CompletableFuture.allOf(work.toArray(CompletableFuture[]::new));
      while (!all.isDone()) {
        bench.timing.advance(Duration.ofMillis(10));
        Thread.onSpinWait();
      }
      all.get(30, TimeUnit.SECONDS);
      read(blob, remote, 0, (int) remote.size());
      assertThat(blob.trusted()).isTrue();
    }
  }

  @Test
  void interruptsInTheMiddleOfReadsHarmNoOther() throws Exception {
    Remote remote = Remote.prompt(4L * MIB);
    try (LazyBlob blob = bench.open(remote)) {
      read(blob, remote, 0, MIB);
      CompletableFuture<Thread> who = new CompletableFuture<>();
      CompletableFuture<Void> victim =
          start(
              () -> {
                who.complete(Thread.currentThread());
                byte[] bytes = new byte[MIB];
                for (int failed = 0; failed < 20; ) {
                  try {
                    blob.readFully(0, bytes, 0, MIB);
                  } catch (IOException e) {
                    assertThat(Thread.interrupted()).isTrue();
                    failed++;
                  }
                }
              });
      while (!victim.isDone()) {
        read(blob, remote, 0, 200_000);
        who.get().interrupt();
      }
      victim.get(30, TimeUnit.SECONDS);
      read(blob, remote, 0, 4 * MIB);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = OcifsException.Kind.class,
      names = {"NOT_FOUND", "MISMATCH", "DENIED"})
  void onlyAReadWaitsForWhatTheRemoteSaysItDoesNotHave(OcifsException.Kind kind) throws Exception {
    OcifsException failure = new OcifsException(kind, "it is gone").hint("push it again");
    Remote read = new Remote(MIB, 0, steps);
    Remote passed = new Remote(MIB, 1, steps);
    Remote completed = new Remote(MIB, 2, steps);
    try (LazyBlob blob = bench.open(read)) {
      CompletableFuture<Void> reader = reading(blob, read, 100, 100);
      steps.next().fail(failure);
      bench.timing.advanceToAlarmWithin(MOST_PAUSE);
      steps.next().rest();
      reader.get(30, TimeUnit.SECONDS);
    }
    try (RankedBlob pass = new RankedBlob(bench.open(passed), FetchPriority.PREFETCH);
        LazyBlob rest = bench.open(completed)) {
      CompletableFuture<Void> passing = reading(pass, passed, 0, MIB);
      steps.next().fail(failure);
      OcifsException found = failure(passing);
      assertThat(found.kind()).isEqualTo(kind);
      assertThat(found).hasMessage("layer " + passed.digest() + ": it is gone; push it again");
      CompletableFuture<Void> completing = start(() -> rest.complete(bytes -> {}));
      steps.next().fail(failure);
      found = failure(completing);
      assertThat(found.kind()).isEqualTo(kind);
      assertThat(found).hasMessage("layer " + completed.digest() + ": it is gone; push it again");
    }
  }
}
