package dev.ocifs.tests.bench.cache;

import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.cache.MetadataKey;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * One eviction: a full cache is given one more entry. Before: the oldest is searched for among all;
 * after: it stands at the end of the list. Both include the miss and the putting in.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx1g"})
public class EvictionBench {
  private static final Object VALUE = new Object();

  @Param({"100", "10000", "1000000"})
  public int entries = 100;

  private MetadataKey<Object>[] keys = Keys.keys(0);
  private ScanningLru<MetadataKey<Object>> scanning = new ScanningLru<>(0);
  private MetadataCache cache = new MetadataCache(0, 0);
  private int next;

  @Setup
  public void fill() throws IOException {
    // By the time a key comes round again it has been evicted.
    keys = Keys.keys(entries + Math.max(16, entries / 8));
    scanning = new ScanningLru<>(entries);
    cache = new MetadataCache(entries, Long.MAX_VALUE);
    for (int i = 0; i < entries; i++) {
      scanning.put(nextKey(), VALUE);
    }
    next = 0;
    for (int i = 0; i < entries; i++) {
      after();
    }
  }

  private MetadataKey<Object> nextKey() {
    next = next + 1 == keys.length ? 0 : next + 1;
    return keys[next];
  }

  @Benchmark
  public @Nullable Object before() {
    MetadataKey<Object> key = nextKey();
    Object found = scanning.get(key);
    if (found != null) {
      throw new IllegalStateException("was not evicted");
    }
    scanning.put(key, VALUE);
    return found;
  }

  @Benchmark
  public void after() throws IOException {
    cache.get(nextKey(), () -> VALUE, value -> 1).close();
  }
}
