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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PrefetcherTest {
  private static final int SPAN_BYTES = 100;

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
    try (Prefetcher prefetcher = new Prefetcher(1000)) {
      CountDownLatch inFirst = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      CountDownLatch done = new CountDownLatch(1);
      Prefetcher.Spans spans =
          (layer, span) -> {
            decoded.add(span);
            if (span == 1) {
              inFirst.countDown();
              await(goOn);
            } else {
              done.countDown();
            }
            return SPAN_BYTES;
          };
      prefetcher.prefetch(spans, trace(1, 2));
      inFirst.await();
      prefetcher.readBegins();
      prefetcher.readBegins();
      goOn.countDown();
      prefetcher.readEnds();
      // The other view's job shows that the thread has come round: it too has to wait.
      assertThat(decoded).containsExactly(1);
      prefetcher.readEnds();
      done.await();
      assertThat(decoded).containsExactly(1, 2);
    }
  }

  @Test
  void whatComesNextGoesBeforeWhatEarlierMountsRead() throws Exception {
    try (Prefetcher prefetcher = new Prefetcher(1000)) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      CountDownLatch done = new CountDownLatch(4);
      Prefetcher.Spans spans =
          (layer, span) -> {
            begun.countDown();
            await(goOn);
            decoded.add(span);
            done.countDown();
            return SPAN_BYTES;
          };
      prefetcher.prefetch(spans, trace(1, 2));
      begun.await();
      prefetcher.readAhead(spans, 0, 7);
      prefetcher.readAhead(spans, 0, 8);
      goOn.countDown();
      done.await();
      assertThat(decoded).containsExactly(1, 7, 8, 2);
    }
  }

  @Test
  @Timeout(60)
  void holdsOnToNothingThatIsDone() throws Exception {
    try (Prefetcher prefetcher = new Prefetcher(1000)) {
      WeakReference<Object> content = new WeakReference<>(decodedByOneThatIsForgotten(prefetcher));
      while (content.get() != null) {
        System.gc();
        Thread.onSpinWait();
      }
      assertThat(decoded).containsExactly(7);
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
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      Prefetcher.Spans spans =
          (layer, span) -> {
            begun.countDown();
            await(goOn);
            decoded.add(span);
            return SPAN_BYTES;
          };
      prefetcher.prefetch(spans, trace(1, 2, 3));
      begun.await();
      CompletableFuture<Void> forgotten =
          CompletableFuture.runAsync(() -> prefetcher.forget(spans));
      assertThat(forgotten).isNotDone();
      goOn.countDown();
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

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
