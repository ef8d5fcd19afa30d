package dev.ocifs.layerfs.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Many threads and a small pool: nobody may see another's object, and nothing may get lost. */
class LayerObjectPoolStressTest {
  private static final long SEED = 77_341;
  private static final int THREADS = 16;
  private static final int ROUNDS = 3000;

  private final Tool.Maker maker = new Tool.Maker();

  @Test
  void lendsEachObjectToOneThreadOnly() throws Exception {
    for (int max : new int[] {1, 3, 16}) {
      LayerObjectPool<Tool> pool = new LayerObjectPool<>(maker, max);
      together(
          thread -> {
            SplittableRandom random = new SplittableRandom(SEED + thread);
            for (int i = 0; i < ROUNDS; i++) {
              try (Lease<Tool> lease = pool.acquire()) {
                lease.get().use(() -> linger(random));
              }
            }
          });
      PoolMetrics metrics = pool.metrics();
      assertThat(metrics.inUse()).isZero();
      assertThat(metrics.created()).isLessThanOrEqualTo(max + metrics.overflow());
      assertThat(maker.open()).hasSize((int) (metrics.created() - metrics.overflow()));
      pool.close();
      assertThat(maker.open()).isEmpty();
    }
  }

  @Test
  void closesEveryObjectOnceHoweverCloseFalls() throws Exception {
    for (int round = 0; round < 200; round++) {
      LayerObjectPool<Tool> pool = new LayerObjectPool<>(maker, 4);
      AtomicInteger uses = new AtomicInteger();
      int closeAt = new SplittableRandom(SEED + round).nextInt(200);
      together(
          thread -> {
            if (thread == 0) {
              while (uses.get() < closeAt) {
                Thread.onSpinWait();
              }
              pool.close();
              return;
            }
            while (true) {
              try (Lease<Tool> lease = pool.acquire()) {
                lease.get().use(uses::incrementAndGet);
              } catch (IllegalStateException e) {
                assertThat(e).hasMessage("pool is closed");
                return;
              }
            }
          });
      assertThat(maker.open()).as("seed %s", SEED + round).isEmpty();
    }
  }

  private static void linger(SplittableRandom random) {
    for (int n = random.nextInt(random.nextInt(64) == 0 ? 20_000 : 50); n > 0; n--) {
      Thread.onSpinWait();
    }
  }

  @FunctionalInterface
  private interface Work {
    void run(int thread);
  }

  private static void together(Work work) throws InterruptedException, ExecutionException {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        int thread = t;
        all.add(
            executor.submit(
                () -> {
                  start.await();
                  work.run(thread);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }
}
