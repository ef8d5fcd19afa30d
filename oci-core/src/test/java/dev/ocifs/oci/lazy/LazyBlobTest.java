package dev.ocifs.oci.lazy;

import static dev.ocifs.oci.lazy.Bench.UNIT;
import static dev.ocifs.oci.lazy.Bench.read;
import static dev.ocifs.oci.lazy.Bench.reading;
import static dev.ocifs.oci.lazy.Bench.start;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is fetched for reads, and how often. */
@Timeout(120)
final class LazyBlobTest {
  private static final int MIB = 1 << 20;

  @TempDir Path dir;
  private Bench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new Bench(dir.resolve("store"));
  }

  /** No byte was asked for twice; returns how many were. */
  private static long requestedOnce(Remote remote) {
    BitSet units = new BitSet();
    long bytes = 0;
    for (Remote.Range range : remote.requests()) {
      assertThat(range.pos() % UNIT).isZero();
      for (long pos = range.pos(); pos < range.end(); pos += UNIT) {
        assertThat(units.get((int) (pos / UNIT))).as("unit at %d again", pos).isFalse();
        units.set((int) (pos / UNIT));
      }
      bytes += range.len();
    }
    return bytes;
  }

  @Test
  void readsInOrderGrowIntoFewRequests() throws IOException {
    Remote remote = Remote.prompt(100L * MIB);
    try (LazyBlob blob = bench.open(remote)) {
      for (long pos = 0; pos < remote.size(); pos += 128 << 10) {
        read(blob, remote, pos, 128 << 10);
      }
    }
    assertThat(remote.requests()).hasSizeLessThanOrEqualTo(104); // of 1 MiB, after 3 shorter
    assertThat(requestedOnce(remote)).isEqualTo(remote.size());
  }

  @Test
  @Timeout(60)
  void readsHereAndThereFetchLittleMore() throws IOException {
    Remote remote = Remote.prompt(64L * MIB);
    Random random = new Random(5);
    try (LazyBlob blob = bench.open(remote)) {
      for (int i = 0; i < 60; i++) {
        read(blob, remote, random.nextInt(64 * MIB - 4096), 4096);
      }
      assertThat(blob.state().servedBytes()).isEqualTo(60 * 4096);
      while (blob.state().fetchedBytes() < remote.requestedBytes()) {
        Thread.onSpinWait(); // a read does not wait for the end of its request
      }
      assertThat(blob.state().requests()).isEqualTo(remote.requests().size());
      assertThat(blob.state().fetchedBytes()).isEqualTo(remote.requestedBytes());
      assertThat(blob.state().presentBytes()).isEqualTo(remote.requestedBytes());
    }
    assertThat(requestedOnce(remote)).isLessThanOrEqualTo(60L * (256 << 10));
  }

  @Test
  void whatIsExpectedIsOneRequest() throws IOException {
    Remote remote = Remote.prompt(8L * MIB);
    try (LazyBlob blob = bench.open(remote)) {
      blob.expect(MIB, 700_000);
      for (int pos = MIB; pos < MIB + 700_000; pos += 20_000) {
        read(blob, remote, pos, 20_000);
      }
    }
    assertThat(remote.requests()).hasSize(1);
    assertThat(requestedOnce(remote)).isLessThan(700_000 + UNIT);
  }

  @Test
  void whatIsLongerThanARequestIsFetchedToItsEndAndNotBeyond() throws IOException {
    int length = 2 * MIB + 300_000;
    Remote remote = Remote.prompt(8L * MIB);
    try (LazyBlob blob = bench.open(remote)) {
      blob.expect(MIB, length);
      read(blob, remote, MIB, length);
    }
    assertThat(remote.requests()).hasSize(3);
    assertThat(requestedOnce(remote)).isLessThan(length + UNIT);
  }

  @Test
  void aPassIsFetchedInLargePiecesOnce() throws IOException {
    Remote remote = Remote.prompt(50L * MIB + 17);
    try (LazyBlob blob = bench.open(remote)) {
      byte[] buffer = new byte[256 << 10];
      for (long pos = 0; pos < remote.size(); pos += buffer.length) {
        int n = (int) Math.min(buffer.length, remote.size() - pos);
        byte[] found = new byte[n];
        blob.readOnce(pos, found, 0, n);
        Bench.check(found, remote, pos);
      }
      blob.complete(bytes -> {});
      assertThat(blob.trusted()).isTrue();
    }
    assertThat(remote.requests()).hasSizeLessThanOrEqualTo(14);
    assertThat(requestedOnce(remote)).isEqualTo(remote.size());
  }

  @Test
  void severalRequestsRunAheadOfAPassInTheOrderOfTheirPositions() throws Exception {
    Remote.Steps steps = new Remote.Steps();
    Remote remote = new Remote(40L * MIB, 0, steps);
    try (LazyBlob blob = bench.open(remote)) {
      CompletableFuture<Void> pass = start(() -> blob.readOnce(0, new byte[100], 0, 100));
      List<Remote.Request> requests = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        requests.add(steps.next());
      }
      assertThat(requests.stream().map(request -> request.range.pos()))
          .containsExactlyInAnyOrder(0L, 4L * MIB, 8L * MIB, 12L * MIB, 16L * MIB);
      for (Remote.Request request : requests) {
        if (request.range.pos() == 0) {
          request.bytes(UNIT);
        }
      }
      pass.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void manyReadersGetEveryByteRightAndNoneTwice(TestReporter reporter) throws Exception {
    Remote remote = Remote.prompt(24L * MIB + 12_345);
    long seed = System.nanoTime();
    reporter.publishEntry("seed", Long.toString(seed));
    try (LazyBlob blob = bench.open(remote)) {
      List<CompletableFuture<Void>> readers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        Random random = new Random(seed + i);
        readers.add(
            start(
                () -> {
                  for (int k = 0; k < 40; k++) {
                    int len = 1 + random.nextInt(30_000);
                    read(blob, remote, random.nextInt((int) remote.size() - len), len);
                  }
                }));
      }
      for (CompletableFuture<Void> reader : readers) {
        reader.get(60, TimeUnit.SECONDS);
      }
    }
    requestedOnce(remote);
  }

  @Test
  void bytesAreServedAsTheyArrive() throws Exception {
    Remote.Steps steps = new Remote.Steps();
    Remote remote = new Remote(MIB, 0, steps);
    try (LazyBlob blob = bench.open(remote)) {
      CompletableFuture<Void> first = reading(blob, remote, 0, 100);
      Remote.Request request = steps.next();
      CompletableFuture<Void> second = reading(blob, remote, UNIT + 5, 100);
      assertThat(request.range).isEqualTo(new Remote.Range(0, 2 * UNIT));
      request.bytes(UNIT);
      first.get(20, TimeUnit.SECONDS);
      assertThat(second).isNotDone();
      assertThat(blob.state().presentBytes()).isEqualTo(UNIT);
      request.bytes(1000);
      request.rest();
      second.get(20, TimeUnit.SECONDS);
      assertThat(remote.requests()).hasSize(1);
    }
  }

  @Test
  void anInterruptedReaderLeavesTheRequestToOthers() throws Exception {
    Remote.Steps steps = new Remote.Steps();
    Remote remote = new Remote(MIB, 0, steps);
    try (LazyBlob blob = bench.open(remote)) {
      CompletableFuture<Thread> who = new CompletableFuture<>();
      CompletableFuture<Void> first =
          start(
              () -> {
                who.complete(Thread.currentThread());
                read(blob, remote, 0, 100);
              });
      Remote.Request request = steps.next();
      CompletableFuture<Void> other = reading(blob, remote, 10, 100);
      who.get().interrupt();
      assertThat(first)
          .failsWithin(20, TimeUnit.SECONDS)
          .withThrowableThat()
          .withMessageContaining("interrupted");
      request.rest();
      other.get(20, TimeUnit.SECONDS);
      assertThat(request.interrupted).isFalse();
      assertThat(remote.requests()).hasSize(1);
    }
  }

  @Test
  void aThreadThatReadsWhileInterruptedHarmsNoOther() throws Exception {
    Remote remote = Remote.prompt(MIB);
    try (LazyBlob blob = bench.open(remote)) {
      read(blob, remote, 0, 1000);
      CompletableFuture<Void> interrupted =
          start(
              () -> {
                Thread.currentThread().interrupt();
                read(blob, remote, 0, 1000);
              });
      assertThat(interrupted).failsWithin(20, TimeUnit.SECONDS);
      read(blob, remote, 0, 1000);
      read(blob, remote, MIB - 100, 100);
    }
  }

  @Test
  void closingEndsReadersAndRequests() throws Exception {
    Remote.Steps steps = new Remote.Steps();
    Remote remote = new Remote(MIB, 0, steps);
    LazyBlob blob = bench.open(remote);
    CompletableFuture<Void> reader = reading(blob, remote, 0, 100);
    steps.next();
    blob.close();
    assertThat(reader)
        .failsWithin(20, TimeUnit.SECONDS)
        .withThrowableThat()
        .withMessageContaining("closed");
  }
}
