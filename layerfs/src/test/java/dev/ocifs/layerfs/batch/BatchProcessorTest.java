package dev.ocifs.layerfs.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchProcessorTest {
  private static final long DELAY_NANOS = 1_000;
  private static final BatchOptions OPTIONS =
      BatchOptions.of("test").withSizes(4, 8).withDelay(Duration.ofNanos(DELAY_NANOS));

  private final HandScheduler clock = new HandScheduler();
  private final List<List<String>> batches = new ArrayList<>();

  private BatchProcessor<String> processor(BatchOptions options) {
    return new BatchProcessor<>(options, batch -> batches.add(List.copyOf(batch)), clock);
  }

  @Test
  void aFullBatchIsHandedOverWithoutWaiting() {
    try (BatchProcessor<String> processor = processor(OPTIONS)) {
      for (String item : List.of("a", "b", "c")) {
        processor.submit(item, Priority.LOW);
        clock.advance(0);
      }
      assertThat(batches).isEmpty();
      processor.submit("d", Priority.LOW);
      clock.advance(0);
      assertThat(batches).containsExactly(List.of("a", "b", "c", "d"));
    }
  }

  @Test
  void eachPriorityWaitsItsOwnTime() {
    for (Priority priority : Priority.values()) {
      batches.clear();
      long wait =
          switch (priority) {
            case CRITICAL -> 0;
            case HIGH -> DELAY_NANOS / 4;
            case MEDIUM -> DELAY_NANOS;
            case LOW -> DELAY_NANOS * 4;
          };
      try (BatchProcessor<String> processor = processor(OPTIONS)) {
        processor.submit("a", priority);
        if (wait > 0) {
          clock.advance(wait - 1);
          assertThat(batches).as("%s too early", priority).isEmpty();
          clock.advance(1);
        } else {
          clock.advance(0);
        }
        assertThat(batches).as("%s too late", priority).containsExactly(List.of("a"));
      }
    }
  }

  @Test
  void anItemAfterAFlushIsPromisedATimeAgain() {
    try (BatchProcessor<String> processor = processor(OPTIONS)) {
      for (int i = 0; i < 3; i++) {
        processor.submit("a" + i, Priority.MEDIUM);
        clock.advance(DELAY_NANOS);
        assertThat(batches).hasSize(i + 1);
      }
    }
  }

  @Test
  void urgentItemsComeFirstAndTakeTheRestAlong() {
    try (BatchProcessor<String> processor = processor(OPTIONS)) {
      processor.submit("low", Priority.LOW);
      processor.submit("medium", Priority.MEDIUM);
      processor.submit("critical", Priority.CRITICAL);
      clock.advance(0);
    }
    assertThat(batches).containsExactly(List.of("critical", "medium", "low"));
  }

  @Test
  void flushHandsOverInBatchesAndInOrder() {
    try (BatchProcessor<String> processor = processor(OPTIONS)) {
      IntStream.range(0, 7).forEach(i -> processor.submit("" + i, Priority.MEDIUM));
      processor.flush();
      assertThat(batches).containsExactly(List.of("0", "1", "2", "3"), List.of("4", "5", "6"));
      assertThat(processor.statistics())
          .isEqualTo(new BatchStatistics(7, 7, 0, 0, 0, 0, 2, 0, 4, 0));
    }
  }

  @Test
  void flushTakesWhatWaitedEvenWhenUrgentItemsArriveMeanwhile() {
    List<BatchProcessor<String>> self = new ArrayList<>();
    BatchProcessor<String> processor =
        new BatchProcessor<>(
            OPTIONS,
            batch -> {
              if (batches.size() < 2) {
                self.getFirst().submit("urgent" + batches.size(), Priority.CRITICAL);
              }
              batches.add(List.copyOf(batch));
            },
            clock);
    self.add(processor);
    IntStream.range(0, 8).forEach(i -> processor.submit("" + i, Priority.LOW));
    processor.flush();
    assertThat(batches)
        .containsExactly(
            List.of("0", "1", "2", "3"),
            List.of("urgent0", "4", "5", "6"),
            List.of("urgent1", "7"));
  }

  @Test
  void closeHandsOverTheRestAndRefusesMore() {
    BatchProcessor<String> processor = processor(OPTIONS);
    processor.submit("a", Priority.LOW);
    processor.close();
    assertThat(batches).containsExactly(List.of("a"));
    assertThat(processor.submit("b", Priority.CRITICAL)).isEqualTo(Admission.CLOSED);
    processor.close();
    clock.advance(10 * DELAY_NANOS);
    assertThat(batches).hasSize(1);
    assertThat(processor.statistics().refused()).isOne();
  }

  @Test
  void aFullQueueDropsItemsOfLowPriorityAndCountsThem() {
    try (BatchProcessor<String> processor = processor(OPTIONS.withWhenFull(WhenFull.DROP_LOW))) {
      processor.submit("old", Priority.LOW);
      IntStream.range(0, 7).forEach(i -> processor.submit("" + i, Priority.MEDIUM));
      assertThat(processor.submit("new", Priority.LOW)).isEqualTo(Admission.DROPPED);
      assertThat(processor.submit("7", Priority.MEDIUM)).isEqualTo(Admission.QUEUED);
      processor.flush();
      assertThat(batches.stream().flatMap(List::stream))
          .containsExactly("0", "1", "2", "3", "4", "5", "6", "7");
      assertThat(processor.statistics())
          .isEqualTo(new BatchStatistics(9, 8, 0, 2, 1, 0, 2, 0, 4, 0));
    }
  }

  @Test
  void aFullQueueMakesTheCallerWaitForRoom() throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool();
        BatchProcessor<String> processor = processor(OPTIONS)) {
      IntStream.range(0, 8).forEach(i -> processor.submit("" + i, Priority.MEDIUM));
      Future<Admission> ninth = threads.submit(() -> processor.submit("8", Priority.LOW));
      while (!ninth.isDone()) {
        processor.flush();
        Thread.onSpinWait();
      }
      assertThat(ninth.get()).isEqualTo(Admission.QUEUED);
      assertThat(batches.stream().mapToInt(List::size).max()).hasValue(4);
    }
    assertThat(batches.stream().flatMap(List::stream)).hasSize(9).endsWith("8");
  }

  @Test
  void closingWakesWhoWaitsForRoom() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    BatchProcessor<String> processor =
        new BatchProcessor<>(
            OPTIONS,
            batch -> {
              entered.countDown();
              await(leave);
              batches.add(List.copyOf(batch));
            },
            clock);
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      processor.submit("first", Priority.MEDIUM);
      Future<?> flushing = threads.submit(processor::flush);
      entered.await();
      IntStream.range(0, 8).forEach(i -> processor.submit("" + i, Priority.MEDIUM));
      Future<Admission> waiting = threads.submit(() -> processor.submit("late", Priority.HIGH));
      Future<?> closing = threads.submit(processor::close);
      assertThat(waiting.get()).isEqualTo(Admission.CLOSED);
      leave.countDown();
      flushing.get();
      closing.get();
    }
    assertThat(batches.stream().flatMap(List::stream)).hasSize(9).doesNotContain("late");
  }

  @Test
  void oneBadItemCostsItselfAlone() {
    BatchOptions options = OPTIONS.withSizes(1000, 1000);
    for (int bad : new int[] {0, 1, 499, 500, 999}) {
      batches.clear();
      try (BatchProcessor<String> processor =
          new BatchProcessor<>(options, batch -> takeAllBut("" + bad, batch), clock)) {
        IntStream.range(0, 1000).forEach(i -> processor.submit("" + i, Priority.MEDIUM));
        processor.flush();
        assertThat(batches.stream().flatMap(List::stream))
            .as("without %s", bad)
            .containsExactlyElementsOf(
                IntStream.range(0, 1000).filter(i -> i != bad).mapToObj(i -> "" + i).toList());
        assertThat(processor.statistics().failed()).isOne();
        assertThat(processor.statistics().delivered()).isEqualTo(999);
      }
    }
  }

  private void takeAllBut(String bad, List<String> batch) throws IOException {
    if (batch.contains(bad)) {
      throw new IOException("a bad item");
    }
    batches.add(List.copyOf(batch));
  }

  @Test
  void aBrokenSinkIsNotAskedForEveryItemAndLosesNoneUncounted() {
    try (BatchProcessor<String> processor =
        new BatchProcessor<>(
            OPTIONS.withSizes(1000, 1000),
            batch -> {
              throw new IllegalStateException("broken");
            },
            clock)) {
      IntStream.range(0, 1000).forEach(i -> processor.submit("" + i, Priority.MEDIUM));
      processor.flush();
      BatchStatistics statistics = processor.statistics();
      assertThat(statistics.failed()).isEqualTo(1000);
      assertThat(statistics.failures()).isBetween(2L, 64L);
      assertThat(statistics.delivered()).isZero();
    }
  }

  @Test
  void anErrorOfTheSinkIsCountedAndPassedOn() {
    try (BatchProcessor<String> processor =
        new BatchProcessor<>(
            OPTIONS,
            batch -> {
              throw new LinkageError("no library");
            },
            clock)) {
      processor.submit("a", Priority.MEDIUM);
      processor.submit("b", Priority.MEDIUM);
      assertThatThrownBy(processor::flush).isInstanceOf(LinkageError.class);
      assertThat(processor.statistics().failed()).isEqualTo(2);
    }
  }

  @Test
  void manyThreadsLoseNothingAndKeepTheirOrder() throws Exception {
    int threads = 8;
    int each = 2_000;
    List<Integer> got = new ArrayList<>();
    BatchProcessor<Integer> processor =
        new BatchProcessor<>(BatchOptions.of("many").withSizes(100, 300), got::addAll);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        int thread = t;
        pool.execute(
            () ->
                IntStream.range(0, each)
                    .forEach(i -> processor.submit(thread * each + i, Priority.MEDIUM)));
      }
    }
    processor.close();
    assertThat(got).hasSize(threads * each).doesNotHaveDuplicates();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      assertThat(got.stream().filter(item -> item / each == thread)).isSorted();
    }
    BatchStatistics statistics = processor.statistics();
    assertThat(statistics.delivered()).isEqualTo(got.size());
    assertThat(statistics.largestBatch()).isBetween(1, 100);
  }

  @Test
  void optionsThatMakeNoSenseAreRefused() {
    BatchOptions good = BatchOptions.of("x");
    assertThatIllegalArgumentException().isThrownBy(() -> good.withSizes(0, 10));
    assertThatIllegalArgumentException().isThrownBy(() -> good.withSizes(1001, 2000));
    assertThatIllegalArgumentException().isThrownBy(() -> good.withSizes(10, 9));
    assertThatIllegalArgumentException().isThrownBy(() -> good.withDelay(Duration.ofDays(2)));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
