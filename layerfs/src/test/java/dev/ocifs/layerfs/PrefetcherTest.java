package dev.ocifs.layerfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.profile.AccessRecorder;
import dev.ocifs.layerfs.profile.AccessTrace;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PrefetcherTest {
  private static final int SPAN_BYTES = 100;

  /** More than the thread needs to come round and wait. */
  private static final int MOST_COLLECTIONS = 200;

  /** Longer than any test. */
  private static final long FOR_EVER = TimeUnit.DAYS.toNanos(1);

  private final List<Integer> decoded = Collections.synchronizedList(new ArrayList<>());

  private static AccessTrace trace(int... spans) {
    AccessRecorder recorder = new AccessRecorder(16);
    for (int span : spans) {
      recorder.record(0, span);
    }
    return recorder.trace();
  }

  /** Says when it has decoded as many spans. */
  private Prefetcher.Spans until(CountDownLatch done) {
    return (layer, span) -> {
      decoded.add(span);
      done.countDown();
      return SPAN_BYTES;
    };
  }

  /** Content whose first span is not decoded before the test says so. */
  private final class Held implements Prefetcher.Spans {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    final CountDownLatch done;

    Held(int spans) {
      done = new CountDownLatch(spans);
    }

    @Override
    public long decode(int layer, int span) {
      begun.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      decoded.add(span);
      done.countDown();
      return SPAN_BYTES;
    }
  }

  /** Makes threads and remembers them; as many at first as cannot be started. */
  private static final class Threads implements ThreadFactory {
    final List<Thread> made = Collections.synchronizedList(new ArrayList<>());
    private final int refused;

    Threads(int refused) {
      this.refused = refused;
    }

    @Override
    public Thread newThread(Runnable work) {
      Thread thread =
          made.size() < refused
              ? new Thread(work) {
                @Override
                public void start() {
                  throw new OutOfMemoryError("unable to create native thread");
                }
              }
              : new Thread(work);
      thread.setDaemon(true);
      made.add(thread);
      return thread;
    }
  }

  @Test
  void decodesInOrderOfFirstUseUntilItsShareIsFull() throws Exception {
    try (Prefetcher prefetcher = new Prefetcher(3 * SPAN_BYTES)) {
      CountDownLatch first = new CountDownLatch(3);
      prefetcher.prefetch(until(first), trace(9, 2, 7, 4, 5));
      first.await();
      CountDownLatch second = new CountDownLatch(1);
      prefetcher.prefetch(until(second), trace(8));
      second.await();
      assertThat(decoded).containsExactly(9, 2, 7, 8);
    }
  }

  @Test
  void doesNothingWhileAReadWaits() throws Exception {
    Threads threads = new Threads(0);
    try (Prefetcher prefetcher = new Prefetcher(1000, threads, FOR_EVER)) {
      Held spans = new Held(2);
      prefetcher.prefetch(spans, trace(1, 2));
      spans.begun.await();
      prefetcher.readBegins();
      prefetcher.readBegins();
      spans.goOn.countDown();
      prefetcher.readEnds();
      while (decoded.isEmpty() || threads.made.get(0).getState() != Thread.State.WAITING) {
        assertThat(Thread.interrupted()).as("timed out").isFalse();
      }
      assertThat(decoded).containsExactly(1);
      prefetcher.readEnds();
      spans.done.await();
      assertThat(decoded).containsExactly(1, 2);
    }
  }

  @Test
  void whatComesNextGoesBeforeWhatEarlierMountsRead() throws Exception {
    try (Prefetcher prefetcher = new Prefetcher(1000)) {
      Held spans = new Held(4);
      prefetcher.prefetch(spans, trace(1, 2));
      spans.begun.await();
      prefetcher.readAhead(spans, 0, 7);
      prefetcher.readAhead(spans, 0, 8);
      spans.goOn.countDown();
      spans.done.await();
      assertThat(decoded).containsExactly(1, 7, 8, 2);
    }
  }

  @Test
  void noReadFailsForWantOfAThread() throws Exception {
    Threads threads = new Threads(2);
    try (Prefetcher prefetcher = new Prefetcher(1000, threads, FOR_EVER)) {
      CountDownLatch done = new CountDownLatch(3);
      prefetcher.readAhead(until(done), 0, 7);
      prefetcher.prefetch(until(done), trace(8));
      assertThat(decoded).isEmpty();
      prefetcher.readAhead(until(done), 0, 9);
      done.await();
      assertThat(decoded).containsExactly(7, 9, 8);
      assertThat(threads.made).hasSize(3);
    }
  }

  @Test
  void theThreadEndsWhenNothingComesAndAnotherFollows() throws Exception {
    Threads threads = new Threads(0);
    try (Prefetcher prefetcher = new Prefetcher(1000, threads, 0)) {
      for (int span = 1; span <= 3; span++) {
        prefetcher.readAhead(until(new CountDownLatch(1)), 0, span);
        threads.made.get(span - 1).join();
        assertThat(decoded).hasSize(span);
      }
      assertThat(decoded).containsExactly(1, 2, 3);
    }
  }

  @Test
  void closingEndsTheThread() throws Exception {
    Threads threads = new Threads(0);
    Prefetcher prefetcher = new Prefetcher(1000, threads, FOR_EVER);
    CountDownLatch done = new CountDownLatch(1);
    prefetcher.readAhead(until(done), 0, 7);
    done.await();
    prefetcher.close();
    threads.made.get(0).join();
    prefetcher.readAhead(until(done), 0, 8);
    assertThat(threads.made).hasSize(1);
  }

  @Test
  void holdsOnToNothingThatIsDone() throws Exception {
    // Its thread stays and waits: the end of a thread would let go of all that it held on to.
    Threads threads = new Threads(0);
    try (Prefetcher prefetcher = new Prefetcher(1000, threads, FOR_EVER)) {
      WeakReference<Object> content = new WeakReference<>(decodedByOneThatIsForgotten(prefetcher));
      for (int i = 0; i < MOST_COLLECTIONS && content.get() != null; i++) {
        System.gc();
      }
      assertThat(content.get()).isNull();
      assertThat(threads.made).hasSize(1).allMatch(Thread::isAlive);
    }
  }

  private Object decodedByOneThatIsForgotten(Prefetcher prefetcher) throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    Object content = new Object();
    Prefetcher.Spans spans =
        (layer, span) -> {
          decoded.add(span);
          done.countDown();
          return content.hashCode() == 0 ? 0 : SPAN_BYTES;
        };
    prefetcher.readAhead(spans, 0, 7);
    done.await();
    prefetcher.forget(spans);
    return content;
  }

  @Test
  void forgettingWaitsForTheSpanUnderWayAndDropsTheRest() throws Exception {
    try (Prefetcher prefetcher = new Prefetcher(1000)) {
      Held spans = new Held(3);
      prefetcher.prefetch(spans, trace(1, 2, 3));
      spans.begun.await();
      CompletableFuture<Void> forgotten =
          CompletableFuture.runAsync(() -> prefetcher.forget(spans));
      assertThat(forgotten).isNotDone();
      spans.goOn.countDown();
      forgotten.get();
      // How far it came before it was told is chance; from then on it goes no further.
      List<Integer> before = List.copyOf(decoded);
      assertThat(before).startsWith(1);
      CountDownLatch other = new CountDownLatch(1);
      prefetcher.prefetch(until(other), trace(7));
      other.await();
      assertThat(decoded.subList(before.size(), decoded.size())).containsExactly(7);
    }
  }

  @Test
  void goesOnBehindASpanThatCannotBeDecoded() throws Exception {
    try (Prefetcher prefetcher = new Prefetcher(1000)) {
      CountDownLatch done = new CountDownLatch(1);
      prefetcher.prefetch(
          (layer, span) -> {
            if (span == 1) {
              throw new IOException("damaged");
            }
            decoded.add(span);
            done.countDown();
            return SPAN_BYTES;
          },
          trace(1, 2));
      done.await();
      assertThat(decoded).containsExactly(2);
    }
  }
}
