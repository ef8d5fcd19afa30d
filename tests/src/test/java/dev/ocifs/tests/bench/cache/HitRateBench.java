package dev.ocifs.tests.bench.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.cache.MetadataKey;
import java.io.IOException;
import java.util.Objects;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Which part of 400,000 accesses to 10,000 keys hit, in caches of 1, 10 and 50 percent of them,
 * beside the plain LRU that it was, and Caffeine. It is the same in each run for the plain one, and
 * nearly the same for ocifs, whose hashes are others in each process, and Caffeine, which draws at
 * random.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@Warmup(iterations = 0)
@Measurement(iterations = 3)
@Fork(1)
public class HitRateBench {
  private static final Object VALUE = new Object();

  @Param public Trace trace = Trace.ZIPF;

  @Param({"100", "1000", "5000"})
  public int entries = 1000;

  private MetadataKey<Object>[] keys = Keys.keys(0);
  private int[] accesses = {};

  /** What is counted beside the time. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Counted {
    public double hitPercent;
  }

  @Setup
  public void trace() {
    keys = Keys.keys(Trace.KEYS);
    accesses = trace.accesses();
  }

  @Benchmark
  public void plainLru(Counted counted) {
    ScanningLru<MetadataKey<Object>> cache = new ScanningLru<>(entries);
    int hits = 0;
    for (int access : accesses) {
      if (cache.get(keys[access]) != null) {
        hits++;
      } else {
        cache.put(keys[access], VALUE);
      }
    }
    counted.hitPercent = 100.0 * hits / accesses.length;
  }

  @Benchmark
  public void caffeine(Counted counted) {
    Cache<MetadataKey<Object>, Object> cache =
        Caffeine.newBuilder().maximumSize(entries).recordStats().executor(Runnable::run).build();
    for (int access : accesses) {
      Objects.requireNonNull(cache.get(keys[access], absent -> VALUE));
    }
    counted.hitPercent = 100 * cache.stats().hitRate();
  }

  @Benchmark
  public void ocifs(Counted counted) throws IOException {
    try (MetadataCache cache = new MetadataCache(entries, Long.MAX_VALUE)) {
      for (int access : accesses) {
        cache.get(keys[access], () -> VALUE, value -> 1).close();
      }
      counted.hitPercent = 100 * cache.stats().hitRate();
    }
  }
}
