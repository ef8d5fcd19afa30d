package dev.ocifs.layerfs.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerObjectPoolTest {
  private final Tool.Maker maker = new Tool.Maker();
  private final FakePause pause = new FakePause();

  private LayerObjectPool<Tool> pool(int max) {
    return new LayerObjectPool<>(maker, max, pause);
  }

  private static List<Lease<Tool>> acquire(LayerObjectPool<Tool> pool, int n) {
    List<Lease<Tool>> leases = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      leases.add(pool.acquire());
    }
    return leases;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 1", "8, 2", "16, 4", "40, 10", "400, 10"})
  void beginsWithTemplates(int max, int templates) {
    LayerObjectPool<Tool> pool = pool(max);
    assertThat(maker.made).hasSize(templates);
    assertThat(pool.metrics()).isEqualTo(new PoolMetrics(0, max, 0, 0, 0, templates, 0));
  }

  @Test
  void refusesToBeEmpty() {
    assertThatIllegalArgumentException().isThrownBy(() -> pool(0));
  }

  @Test
  void makesAnObjectOnlyWhenAllThatAreMadeAreHeld() {
    LayerObjectPool<Tool> pool = pool(8);
    List<Lease<Tool>> leases = acquire(pool, 2);
    assertThat(maker.made).hasSize(2);
    leases.addAll(acquire(pool, 6));
    assertThat(maker.made).hasSize(8);
    assertThat(leases).extracting(Lease::get).doesNotHaveDuplicates();
    assertThat(pool.metrics().inUse()).isEqualTo(8);
    leases.forEach(Lease::close);
    acquire(pool, 8);
    assertThat(maker.made).hasSize(8);
    assertThat(pause.waits()).isZero();
  }

  @Test
  void lendsWhatWasReleasedLast() {
    LayerObjectPool<Tool> pool = pool(8);
    List<Lease<Tool>> leases = acquire(pool, 8);
    for (int i : new int[] {5, 2, 7}) {
      leases.get(i).close();
      assertThat(pool.acquire()).isSameAs(leases.get(i));
    }
    leases.get(3).close();
    leases.get(6).close();
    assertThat(pool.acquire()).isSameAs(leases.get(6));
    assertThat(pool.acquire()).as("hint is out of date").isSameAs(leases.get(3));
  }

  @Test
  void resetsBetweenUses() {
    LayerObjectPool<Tool> pool = pool(1);
    for (int i = 0; i < 3; i++) {
      try (Lease<Tool> lease = pool.acquire()) {
        lease.get().use(() -> {});
      }
    }
    assertThat(maker.made).hasSize(1);
  }

  @Test
  void replacesWhatCannotBeReset() {
    LayerObjectPool<Tool> pool = pool(1);
    Lease<Tool> lease = pool.acquire();
    lease.get().broken = true;
    assertThatIllegalArgumentException().isThrownBy(lease::close);
    assertThat(maker.open()).isEmpty();
    assertThat(pool.acquire().get().closed).isFalse();
    assertThat(maker.made).hasSize(2);
    assertThat(pause.waits()).isZero();
  }

  @Test
  void replacesWhatIsNotWorthAReset() {
    Tool.Maker of = maker;
    Pooled<Tool> wasteful =
        new Pooled<>() {
          @Override
          public Tool create() {
            return of.create();
          }

          @Override
          public boolean reset(Tool tool) {
            return false;
          }

          @Override
          public void close(Tool tool) {
            of.close(tool);
          }
        };
    LayerObjectPool<Tool> pool = new LayerObjectPool<>(wasteful, 2, pause);
    acquire(pool, 2).forEach(Lease::close);
    assertThat(maker.open()).isEmpty();
    acquire(pool, 2);
    assertThat(maker.open()).hasSize(2);
    assertThat(pause.waits()).isZero();
  }

  @Test
  void refusesToCloseALeaseTwice() {
    LayerObjectPool<Tool> pool = pool(2);
    Lease<Tool> lease = pool.acquire();
    lease.close();
    assertThatIllegalStateException().isThrownBy(lease::close);
    assertThatIllegalStateException().isThrownBy(lease::get);
    assertThat(pool.metrics().inUse()).isZero();
  }

  @Test
  void refusesToCloseTheLeaseOfAnotherThread() {
    LayerObjectPool<Tool> pool = pool(2);
    Lease<Tool> stale = pool.acquire();
    stale.close();
    Lease<Tool> lent = CompletableFuture.supplyAsync(pool::acquire).join();
    assertThat(lent).as("the slot is handed out again").isSameAs(stale);
    assertThatIllegalStateException().isThrownBy(stale::close);
    assertThatIllegalStateException().isThrownBy(stale::get);
    assertThat(pool.metrics().inUse()).isEqualTo(1);
  }

  @Test
  void refusesToCloseALeaseAboveTheBoundTwice() {
    LayerObjectPool<Tool> pool = pool(1);
    pool.acquire();
    Lease<Tool> above = pool.acquire();
    above.close();
    assertThatIllegalStateException().isThrownBy(above::close);
  }

  @Test
  void waitsInThreePhasesAndThenGoesAboveTheBound() {
    LayerObjectPool<Tool> pool = pool(2);
    acquire(pool, 2);
    Lease<Tool> above = pool.acquire();
    assertThat(pause.spins).isEqualTo(10);
    assertThat(pause.parks)
        .hasSize(90)
        .allSatisfy(nanos -> assertThat(nanos).isBetween(10_000L, 1_000_000L));
    assertThat(sum(pause.parks, 0, 10)).isLessThan(sum(pause.parks, 80, 90) / 10);
    // Two of them may happen to be the same.
    assertThat(new HashSet<>(pause.parks)).as("jitter").hasSizeGreaterThan(80);
    long waited = sum(pause.parks, 0, 90);
    assertThat(pool.metrics()).isEqualTo(new PoolMetrics(2, 2, 1, waited, 1, 3, 1));

    above.get().use(() -> {});
    Tool tool = above.get();
    above.close();
    assertThat(tool.closed).isTrue();
    assertThat(maker.open()).hasSize(2);
  }

  private static long sum(List<Long> nanos, int from, int to) {
    return nanos.subList(from, to).stream().mapToLong(n -> n).sum();
  }

  @Test
  void takesWhatIsReleasedWhileItWaits() {
    for (int wait : new int[] {1, 10, 11, 100}) {
      LayerObjectPool<Tool> pool = pool(2);
      List<Lease<Tool>> leases = acquire(pool, 2);
      int before = pause.waits();
      pause.onWait =
          n -> {
            if (n == before + wait) {
              leases.get(1).close();
            }
          };
      assertThat(pool.acquire()).as("released at wait %s", wait).isSameAs(leases.get(1));
      assertThat(pause.waits()).isEqualTo(before + wait);
      assertThat(pool.metrics().overflow()).isZero();
      assertThat(pool.metrics().waits()).isEqualTo(1);
    }
  }

  @Test
  void doesNotWaitWhileTheBreakerIsOpen() {
    LayerObjectPool<Tool> pool = pool(1);
    pool.acquire();
    pool.acquire();
    int waits = pause.waits();
    acquire(pool, 20);
    assertThat(pause.waits()).isEqualTo(waits);
    assertThat(pool.metrics().overflow()).isEqualTo(21);
    assertThat(pool.metrics().exhausted()).isEqualTo(1);
  }

  @Test
  void closesTheBreakerWhenASlotIsReleased() {
    LayerObjectPool<Tool> pool = pool(1);
    Lease<Tool> pooled = pool.acquire();
    Lease<Tool> above = pool.acquire();
    int waits = pause.waits();
    above.close();
    pool.acquire();
    assertThat(pause.waits()).as("not by one above the bound").isEqualTo(waits);
    pooled.close();
    assertThat(pool.acquire()).isSameAs(pooled);
    pool.acquire();
    assertThat(pause.waits()).isEqualTo(waits + 100);
  }

  @Test
  void closesTheBreakerAfterAWhile() {
    LayerObjectPool<Tool> pool = pool(1);
    acquire(pool, 2);
    int waits = pause.waits();
    pause.now += Breaker.OPEN_NANOS - 1;
    pool.acquire();
    assertThat(pause.waits()).isEqualTo(waits);
    pause.now += 1;
    pool.acquire();
    assertThat(pause.waits()).isEqualTo(waits + 100);
  }

  @Test
  void othersStopWaitingWhenTheBreakerOpens() {
    LayerObjectPool<Tool> pool = pool(1);
    pool.acquire();
    pause.onWait =
        n -> {
          if (n == 5) {
            pool.acquire();
          }
        };
    pool.acquire();
    assertThat(pause.waits()).as("5 of the first, 100 of the second").isEqualTo(105);
    assertThat(pool.metrics().overflow()).isEqualTo(2);
    assertThat(pool.metrics().exhausted()).isEqualTo(1);
  }

  @Test
  void losesNoSlotWhenTheFactoryFails() {
    LayerObjectPool<Tool> pool = pool(4);
    maker.failAt = 1;
    Lease<Tool> template = pool.acquire();
    for (int i = 0; i < 10; i++) {
      assertThatIllegalArgumentException().isThrownBy(pool::acquire);
    }
    assertThat(pool.metrics().inUse()).isEqualTo(1);
    template.close();
    assertThat(pool.acquire()).as("what is made is lent").isSameAs(template);
    maker.failAt = Integer.MAX_VALUE;
    acquire(pool, 3);
    assertThat(pool.metrics()).isEqualTo(new PoolMetrics(4, 4, 0, 0, 0, 4, 0));
    maker.failAt = 4;
    assertThatIllegalArgumentException().as("above the bound").isThrownBy(pool::acquire);
    assertThat(pool.metrics().overflow()).isZero();
  }

  @Test
  void closesTemplatesWhenOneFails() {
    maker.failAt = 3;
    assertThatIllegalArgumentException().isThrownBy(() -> pool(40));
    assertThat(maker.made).hasSize(3);
    assertThat(maker.open()).isEmpty();
  }

  @Test
  void closesIdleObjectsAtOnceAndOthersOnRelease() {
    LayerObjectPool<Tool> pool = pool(2);
    List<Lease<Tool>> leases = acquire(pool, 3);
    Tool held = leases.get(0).get();
    leases.get(1).close();
    pool.close();
    assertThat(maker.open()).containsExactlyInAnyOrder(held, leases.get(2).get());
    assertThat(pool.metrics().inUse()).isEqualTo(1);
    assertThatIllegalStateException().isThrownBy(pool::acquire).withMessage("pool is closed");
    held.use(() -> {});
    leases.get(0).close();
    leases.get(2).close();
    assertThat(maker.open()).isEmpty();
    assertThatIllegalStateException().isThrownBy(pool::acquire).withMessage("pool is closed");
    assertThatIllegalStateException().isThrownBy(leases.get(0)::close);
    assertThat(pool.metrics().inUse()).isZero();
    pool.close();
  }

  @Test
  void endsTheWaitOfOthersWhenClosed() {
    LayerObjectPool<Tool> pool = pool(1);
    pool.acquire();
    pause.onWait =
        n -> {
          if (n == 30) {
            pool.close();
          }
        };
    assertThatIllegalStateException().isThrownBy(pool::acquire).withMessage("pool is closed");
    assertThat(pause.waits()).isEqualTo(30);
  }

  @Test
  void writesItsMetricsInALine() {
    assertThat(new PoolMetrics(2, 8, 4, 13_999, 1, 9, 5).line())
        .isEqualTo("in_use=2/8 exhausted=1 avg_wait_us=3 created=9 overflow=5");
    assertThat(PoolMetrics.NONE.line())
        .isEqualTo("in_use=0/0 exhausted=0 avg_wait_us=0 created=0 overflow=0");
    PoolMetrics sum = new PoolMetrics(1, 2, 3, 4, 5, 6, 7).plus(PoolMetrics.NONE);
    assertThat(sum.plus(sum)).isEqualTo(new PoolMetrics(2, 4, 6, 8, 10, 12, 14));
  }
}
