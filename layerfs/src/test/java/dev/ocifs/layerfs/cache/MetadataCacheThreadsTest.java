package dev.ocifs.layerfs.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetadataCacheThreadsTest {
  private final List<Integer> closings = Collections.synchronizedList(new ArrayList<>());
  private final MetadataCache cache = new MetadataCache(4, 1000);
  private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService workers =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task);
            threads.add(thread);
            return thread;
          });

  @AfterEach
  void structureIsSound() {
    workers.shutdownNow();
    cache.validate();
  }

  /** A load that says when it has begun and ends when it is told. */
  private final class HeldLoad implements MetadataCache.Loader<Resource> {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch end = new CountDownLatch(1);
    final AtomicInteger calls = new AtomicInteger();
    volatile boolean fails;

    @Override
    public Resource load() throws IOException {
      int call = calls.incrementAndGet();
      begun.countDown();
      try {
        end.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (fails && call == 1) {
        throw new IOException("the first load fails");
      }
      return new Resource(1, closings);
    }
  }

  private Future<Lease<Resource>> ask(HeldLoad load) {
    return workers.submit(() -> cache.get(Resource.key(1), load, resource -> 10));
  }

  /** The first asker loads, the others are seen to wait for it. */
  private List<Future<Lease<Resource>>> askAtOnce(HeldLoad load, int askers) throws Exception {
    List<Future<Lease<Resource>>> futures = new ArrayList<>();
    futures.add(ask(load));
    load.begun.await();
    while (futures.size() < askers) {
      futures.add(ask(load));
    }
    awaitParked(askers);
    return futures;
  }

  private void awaitParked(int count) {
    while (threads.size() < count
        || !List.copyOf(threads).stream().allMatch(t -> t.getState() == Thread.State.WAITING)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void thoseWhoAskAtOnceShareOneLoad() throws Exception {
    HeldLoad load = new HeldLoad();
    List<Future<Lease<Resource>>> futures = askAtOnce(load, 5);
    assertThat(cache.stats().entries()).isEqualTo(1);
    load.end.countDown();
    Resource value = futures.getFirst().get().value();
    for (Future<Lease<Resource>> future : futures) {
      assertThat(future.get().value()).isSameAs(value);
    }
    assertThat(load.calls).hasValue(1);
    assertThat(cache.stats().hits()).isEqualTo(4);
    assertThat(cache.stats().misses()).isEqualTo(1);
    cache.invalidate(Resource.key(1));
    for (Future<Lease<Resource>> future : futures) {
      assertThat(closings).isEmpty();
      future.get().close();
    }
    assertThat(closings).containsExactly(1);
  }

  @Test
  void thoseWhoWaitedForAFailedLoadTryThemselves() throws Exception {
    HeldLoad load = new HeldLoad();
    load.fails = true;
    List<Future<Lease<Resource>>> futures = askAtOnce(load, 4);
    load.end.countDown();
    int failed = 0;
    for (Future<Lease<Resource>> future : futures) {
      try {
        future.get().close();
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(IOException.class);
        failed++;
      }
    }
    assertThat(failed).isEqualTo(1);
    assertThat(load.calls).hasValue(2);
    assertThat(cache.stats().pinned()).isZero();
  }

  @Test
  void loadsOfOtherKeysDoNotWait() throws Exception {
    HeldLoad load = new HeldLoad();
    List<Future<Lease<Resource>>> futures = askAtOnce(load, 1);
    cache.get(Resource.key(2), () -> new Resource(2, closings), resource -> 10).close();
    assertThat(cache.stats().entries()).isEqualTo(2);
    load.end.countDown();
    futures.getFirst().get().close();
  }

  @Test
  void closingDuringALoadStillGivesItToThoseWhoAskedBefore() throws Exception {
    HeldLoad load = new HeldLoad();
    List<Future<Lease<Resource>>> futures = askAtOnce(load, 3);
    cache.close();
    load.end.countDown();
    for (Future<Lease<Resource>> future : futures) {
      assertThat(closings).isEmpty();
      assertThat(future.get().value().closed()).isFalse();
    }
    for (Future<Lease<Resource>> future : futures) {
      future.get().close();
    }
    assertThat(closings).containsExactly(1);
    assertThat(cache.stats().pinned()).isZero();
  }

  @Test
  void aValueInUseIsNeverClosedAndEachIsClosedOnce() throws Exception {
    long seed = ThreadLocalRandom.current().nextLong();
    System.out.println("seed " + seed);
    AtomicInteger made = new AtomicInteger();
    List<Future<Integer>> results = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      results.add(workers.submit(user(new Random(seed + thread), made)));
    }
    int held = 0;
    for (Future<Integer> result : results) {
      held += result.get();
    }
    assertThat(held).isPositive();
    assertThat(cache.stats().pinned()).isZero();
    cache.validate();
    cache.close();
    // A second closing of a Resource throws; that would be logged and leave the count too small.
    assertThat(closings).hasSize(made.get());
  }

  /** Uses, invalidates and clears at random; returns how often it used a value. */
  private Callable<Integer> user(Random random, AtomicInteger made) {
    return () -> {
      int used = 0;
      List<Lease<Resource>> leases = new ArrayList<>();
      for (int i = 0; i < 20_000; i++) {
        int id = random.nextInt(8);
        int operation = random.nextInt(100);
        if (operation < 50) {
          try {
            leases.add(
                cache.get(
                    Resource.key(id),
                    () -> {
                      if (random.nextInt(10) == 0) {
                        throw new IOException("now and then");
                      }
                      made.incrementAndGet();
                      return new Resource(id, closings);
                    },
                    resource -> 100L * id));
          } catch (IOException e) {
            assertThat(e).hasMessage("now and then");
          }
        } else if (operation < 95) {
          if (!leases.isEmpty()) {
            Lease<Resource> lease = leases.remove(random.nextInt(leases.size()));
            assertThat(lease.value().closed()).isFalse();
            lease.close();
            lease.close();
            used++;
          }
        } else if (operation < 98) {
          cache.invalidate(Resource.key(id));
        } else if (operation == 98) {
          cache.clear();
        } else if (i % 16 == 0) {
          cache.validate();
        }
      }
      leases.forEach(Lease::close);
      return used;
    };
  }
}
