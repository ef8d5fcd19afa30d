package dev.ocifs.layerfs.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.benmanes.caffeine.cache.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ChunkCacheTest {
  private static final Object LAYER = new Object();

  private final AtomicInteger loads = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong();

  /** What the cache wants to be called for later; run by hand. */
  private final Queue<Runnable> scheduled = new ArrayDeque<>();

  private final Scheduler scheduler =
      (executor, task, delay, unit) -> {
        scheduled.add(task);
        return new CompletableFuture<>();
      };

  private ChunkCache cache(ChunkBounds bounds) {
    return new ChunkCache(bounds, nanos::get, scheduler);
  }

  private byte[] get(ChunkCache cache, int span, int length) throws IOException {
    return cache.get(
        new ChunkCache.Key(LAYER, span),
        () -> {
          loads.incrementAndGet();
          return new byte[length];
        });
  }

  @Test
  void keepsWhatFitsAndNoMore() throws IOException {
    ChunkCache cache = cache(ChunkBounds.of(1000));
    for (int span = 0; span < 20; span++) {
      get(cache, span, 100);
    }
    assertThat(cache.stats().bytes()).isEqualTo(1000);
    assertThat(cache.stats().entries()).isEqualTo(10);
    assertThat(cache.stats().evictions()).isEqualTo(10);
  }

  @Test
  void doesNotKeepChunksLongerThanTheBoundNorEvictsForThem() throws IOException {
    ChunkCache cache = cache(ChunkBounds.of(1000).withEntryBytes(100));
    for (int span = 0; span < 10; span++) {
      get(cache, span, 100);
    }
    assertThat(get(cache, 10, 101)).hasSize(101);
    assertThat(cache.find(new ChunkCache.Key(LAYER, 10))).isNull();
    assertThat(get(cache, 10, 101)).hasSize(101);
    assertThat(loads).hasValue(12);
    assertThat(cache.stats().entries()).isEqualTo(10);
    assertThat(cache.stats().evictions()).isZero();
    assertThat(cache.keeps(100)).isTrue();
    assertThat(cache.keeps(101)).isFalse();
  }

  @Test
  void leavesNothingBehindAFailedLoad() throws IOException {
    ChunkCache cache = cache(ChunkBounds.of(1000));
    IOException failure = new IOException("no");
    assertThatIOException()
        .isThrownBy(
            () ->
                cache.get(
                    new ChunkCache.Key(LAYER, 1),
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(get(cache, 1, 10)).hasSize(10);
    assertThat(cache.stats().failures()).isOne();
  }

  @Test
  void givesUpWhatNobodyReadsForSoLong() throws IOException {
    ChunkCache cache = cache(ChunkBounds.of(1000).withIdle(Duration.ofSeconds(60)));
    get(cache, 1, 100);
    get(cache, 2, 100);
    nanos.addAndGet(Duration.ofSeconds(40).toNanos());
    assertThat(cache.find(new ChunkCache.Key(LAYER, 1))).isNotNull();
    nanos.addAndGet(Duration.ofSeconds(40).toNanos());
    assertThat(cache.find(new ChunkCache.Key(LAYER, 1))).isNotNull();
    assertThat(cache.find(new ChunkCache.Key(LAYER, 2))).isNull();
  }

  @Test
  void givesUpWhatIsIdleThoughNothingElseHappens() throws IOException {
    ChunkCache cache = cache(ChunkBounds.of(1000).withIdle(Duration.ofSeconds(60)));
    get(cache, 1, 100);
    nanos.addAndGet(Duration.ofSeconds(70).toNanos());
    assertThat(cache.stats().bytes()).isEqualTo(100);
    assertThat(scheduled).isNotEmpty();
    scheduled.remove().run();
    assertThat(cache.stats().bytes()).isZero();
    assertThat(cache.stats().entries()).isZero();
  }

  @Test
  void keepsForeverWhenNoTimeIsSaid() throws IOException {
    ChunkCache cache = cache(ChunkBounds.of(1000));
    get(cache, 1, 100);
    nanos.addAndGet(Duration.ofDays(1000).toNanos());
    assertThat(cache.find(new ChunkCache.Key(LAYER, 1))).isNotNull();
    assertThat(scheduled).isEmpty();
  }

  @Test
  void refusesBoundsThatAreNone() {
    ChunkBounds bounds = ChunkBounds.of(1);
    assertThatIllegalArgumentException().isThrownBy(() -> bounds.withBytes(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> bounds.withEntryBytes(0));
    assertThatIllegalArgumentException().isThrownBy(() -> bounds.withIdle(Duration.ofNanos(-1)));
  }
}
