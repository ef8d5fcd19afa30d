package dev.ocifs.tests.bench.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.cache.MetadataKey;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hits, and misses that evict, beside Caffeine bounded by weight, which does its upkeep in the
 * calling thread. Caffeine pins nothing: its figures are without the lease that ours include.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class CaffeineBench {
  private static final Object VALUE = new Object();

  @Param({"10000"})
  public int entries = 10_000;

  private MetadataKey<Object>[] keys = Keys.keys(0);
  private Cache<MetadataKey<Object>, Object> caffeine = caffeine(0);
  private MetadataCache cache = new MetadataCache(0, 0);

  /** Where a thread is in its round through the keys. */
  @State(Scope.Thread)
  public static class Round {
    private int next;

    private int next(int bound) {
      next = next + 1 >= bound ? 0 : next + 1;
      return next;
    }
  }

  @Setup
  public void fill() throws IOException {
    keys = Keys.keys(entries * 2);
    caffeine = caffeine(entries);
    cache = new MetadataCache(Integer.MAX_VALUE, entries);
    Round round = new Round();
    for (int i = 0; i < entries; i++) {
      getCaffeine(round);
      getOcifs(round);
    }
  }

  private static Cache<MetadataKey<Object>, Object> caffeine(int entries) {
    return Caffeine.newBuilder()
        .maximumWeight(entries)
        .weigher((MetadataKey<Object> key, Object value) -> 1)
        .recordStats()
        .executor(Runnable::run)
        .build();
  }

  private Object caffeineOf(int key) {
    return caffeine.get(keys[key], absent -> VALUE);
  }

  private Object ocifsOf(int key) throws IOException {
    try (var lease = cache.get(keys[key], () -> VALUE, value -> 1)) {
      return lease.value();
    }
  }

  /** Half of the keys that fit: all are hits. */
  @Benchmark
  public Object getCaffeine(Round round) {
    return caffeineOf(round.next(entries / 2));
  }

  @Benchmark
  public Object getOcifs(Round round) throws IOException {
    return ocifsOf(round.next(entries / 2));
  }

  /** Round and round through twice as many keys as fit. */
  @Benchmark
  public Object evictCaffeine(Round round) {
    return caffeineOf(round.next(entries * 2));
  }

  @Benchmark
  public Object evictOcifs(Round round) throws IOException {
    return ocifsOf(round.next(entries * 2));
  }
}
