package dev.ocifs.oci.lazy;

import static dev.ocifs.oci.lazy.Bench.UNIT;
import static dev.ocifs.oci.lazy.Bench.read;
import static dev.ocifs.oci.lazy.Bench.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.RangeFetcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Closing unmaps the map of what is here. The blob is closed at each place where another thread is
 * about to look at it.
 */
@Timeout(120)
final class ClosingTest {
  private static final int SIZE = 16 * UNIT;

  @TempDir Path dir;
  private Bench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new Bench(dir.resolve("store"));
  }

  private static void assertClosed(ThrowingCallable work) {
    assertThatThrownBy(work).isInstanceOf(OcifsException.class).hasMessageContaining("closed");
  }

  private static void assertClosed(CompletableFuture<Void> work) {
    assertThat(work)
        .failsWithin(20, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(OcifsException.class)
        .withMessageContaining("closed");
  }

  private static void close(LazyBlob blob) {
    try {
      blob.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends two parts of a request, and waits for the test in between, whoever interrupts it. */
  private static final class Halting implements Remote.Script {
    final CountDownLatch halted = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    final CompletableFuture<Void> end = new CompletableFuture<>();
    private final long first;

    Halting(long first) {
      this.first = first;
    }

    @Override
    public void serve(Remote remote, long pos, long len, RangeFetcher.Sink sink)
        throws IOException {
      try {
        remote.send(pos, Math.min(first, len), sink);
        halted.countDown();
        awaitUninterruptibly();
        remote.send(pos + Math.min(first, len), Math.max(0, len - first), sink);
        end.complete(null);
      } catch (IOException | RuntimeException e) {
        end.completeExceptionally(e);
        throw e;
      }
    }

    private void awaitUninterruptibly() {
      boolean interrupted = false;
      while (true) {
        try {
          goOn.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void bytesThatArriveAfterwardsAreRefused() throws Exception {
    for (long first : new long[] {0, UNIT, UNIT + 1000}) {
      Halting halting = new Halting(first);
      Remote remote = new Remote(SIZE, (int) first, halting);
      LazyBlob blob = bench.open(remote);
      CompletableFuture<Void> reader = reading(blob, remote, 0, SIZE);
      halting.halted.await();
      blob.close();
      assertClosed(reader);
      halting.goOn.countDown();
      assertThat(halting.end)
          .failsWithin(20, TimeUnit.SECONDS)
          .withThrowableThat()
          .withCauseInstanceOf(IOException.class)
          .withMessageContaining("no more is wanted");
      try (LazyBlob again = bench.open(remote)) {
        assertThat(again.state().presentBytes()).isEqualTo(first / UNIT * UNIT);
      }
    }
  }

  @Test
  void aRequestThatBringsTheLastByteBeforeAndEndsAfterwardsFinishesNothing() throws Exception {
    Halting halting = new Halting(SIZE);
    Remote remote = new Remote(SIZE, 0, halting);
    LazyBlob blob = bench.open(remote);
    CompletableFuture<Void> reader = reading(blob, remote, 0, SIZE);
    reader.get(20, TimeUnit.SECONDS);
    halting.halted.await();
    blob.close();
    halting.goOn.countDown();
    halting.end.get(20, TimeUnit.SECONDS);
    assertThat(bench.store.blob(remote.digest())).doesNotExist();
    try (LazyBlob again = bench.open(remote)) {
      again.complete(bytes -> {});
      assertThat(remote.requests()).hasSize(1);
    }
  }

  @Test
  void whoWasToldThatAllIsHereFindsItClosed() throws IOException {
    Remote remote = Remote.prompt(SIZE);
    PartialBlob partial =
        Objects.requireNonNull(PartialBlob.open(bench.store, remote.digest(), SIZE));
    Faults faults = new Faults(remote.digest(), remote, LazyOptions.DEFAULT.readTimeout());
    Completion completion = new Completion(bench.store, remote.digest(), partial, faults);
    CountDownLatch told = new CountDownLatch(1);
    UnitFetcher fetcher =
        new UnitFetcher(
            remote.digest(),
            remote,
            bench.queue,
            LazyOptions.DEFAULT,
            partial,
            faults,
            told::countDown);
    byte[] unit = new byte[UNIT];
    for (int i = 0; i < SIZE / UNIT; i++) {
      remote.fill((long) i * UNIT, unit, 0, UNIT);
      fetcher.keep(i, unit);
    }
    fetcher.tellWhenAllIsHere();
    assertThat(told.getCount()).isZero();
    fetcher.close();
    completion.close();
    assertClosed(completion::finish);
    fetcher.tellWhenAllIsHere();
    assertThat(bench.store.blob(remote.digest())).doesNotExist();
  }

  @Test
  void whoCompletesItLearnsOfItBeforeHeFinishes() throws Exception {
    Halting halting = new Halting(SIZE); // or the end of the request would finish it, too
    LazyBlob blob = bench.open(new Remote(SIZE, 0, halting));
    long[] missing = {SIZE};
    assertClosed(
        Bench.start(
            () ->
                blob.complete(
                    bytes -> {
                      missing[0] -= bytes;
                      if (missing[0] == 0) {
                        close(blob);
                      }
                    })));
    halting.goOn.countDown();
    assertThat(missing[0]).isZero();
  }

  @Test
  void nothingLooksAtTheMapAfterwards() throws IOException {
    Remote remote = Remote.prompt(SIZE);
    LazyBlob blob = bench.open(remote);
    read(blob, remote, 0, UNIT);
    blob.close();
    assertClosed(() -> read(blob, remote, 0, UNIT));
    assertClosed(() -> blob.readOnce(0, new byte[10], 0, 10));
    assertClosed(() -> blob.complete(bytes -> {}));
    assertClosed(blob::verified);
    blob.expect(0, SIZE);
    assertThat(blob.suspect(0, 10)).isFalse();
    assertThat(blob.state().presentBytes()).isZero();
    assertThat(blob.trusted()).isFalse();
    blob.close();
  }
}
