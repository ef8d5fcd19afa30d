package dev.ocifs.tests.bench.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.cache.MetadataKey;
import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The bytes that each entry takes on the heap, its key included and its value not: what the heap
 * holds more after the cache was filled, both seen after a full collection. The time is of no
 * interest; the first filling, which loads classes, is warmup.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
@Fork(value = 1, jvmArgsAppend = "-Xmx512m")
public class EntryBytesBench {
  private static final int ENTRIES = 200_000;
  private static final Object VALUE = new Object();

  private Digest[] digests = {};

  /** What is counted beside the time. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Counted {
    public double entryBytes;
  }

  /** A value with its weight, where the cache has no place of its own for that. */
  private record Weighed(Object value, long bytes) {}

  /** Makes a cache of one entry for each of the digests. */
  private interface Filled {
    Object cache() throws IOException;
  }

  @Setup(Level.Trial)
  public void makeDigests() {
    digests = Keys.digests(ENTRIES);
  }

  /** A HashMap of digest texts, and a list. */
  @Benchmark
  public void naive(Counted counted) throws IOException {
    count(this::filledNaive, counted);
  }

  /** A LinkedHashMap of compact keys. */
  @Benchmark
  public void linked(Counted counted) throws IOException {
    count(this::filledLinked, counted);
  }

  /** Caffeine, of compact keys. */
  @Benchmark
  public void caffeine(Counted counted) throws IOException {
    count(this::filledCaffeine, counted);
  }

  @Benchmark
  public void ocifs(Counted counted) throws IOException {
    count(this::filledOcifs, counted);
  }

  private static void count(Filled filled, Counted counted) throws IOException {
    long before = used();
    Object cache = filled.cache();
    try {
      counted.entryBytes = (used() - before) / (double) ENTRIES;
    } finally {
      Reference.reachabilityFence(cache);
    }
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private Object filledNaive() {
    NaiveLru cache = new NaiveLru();
    for (Digest digest : digests) {
      cache.put(digest.toString(), VALUE, 1);
    }
    if (cache.bytes() != ENTRIES || !VALUE.equals(cache.evict())) {
      throw new IllegalStateException("not filled");
    }
    return cache;
  }

  private Object filledLinked() {
    Map<MetadataKey<Object>, Weighed> cache = new LinkedHashMap<>(16, 0.75f, true);
    for (Digest digest : digests) {
      cache.put(new MetadataKey<>(Object.class, digest), new Weighed(VALUE, 1));
    }
    return cache;
  }

  private Object filledCaffeine() {
    Cache<MetadataKey<Object>, Object> cache =
        Caffeine.newBuilder()
            .maximumWeight(ENTRIES)
            .weigher((MetadataKey<Object> key, Object value) -> 1)
            .executor(Runnable::run)
            .build();
    for (Digest digest : digests) {
      cache.put(new MetadataKey<>(Object.class, digest), VALUE);
    }
    return cache;
  }

  private Object filledOcifs() throws IOException {
    MetadataCache cache = new MetadataCache(ENTRIES, Long.MAX_VALUE);
    for (Digest digest : digests) {
      cache.get(new MetadataKey<>(Object.class, digest), () -> VALUE, value -> 1).close();
    }
    return cache;
  }
}
