package dev.ocifs.tests.bench.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ocifs.layerfs.cache.CacheStats;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.cache.MetadataKey;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;

/**
 * Prints which part of the accesses hit, for three kinds of access to 10,000 keys and caches of 1,
 * 10 and 50 percent of them, beside Caffeine's. Nothing is timed: each run prints the same for
 * ocifs, and nearly the same for Caffeine, which draws at random.
 */
public final class HitRates {
  private static final int KEYS = 10_000;
  private static final int ACCESSES = 400_000;
  private static final Object VALUE = new Object();

  private enum Trace {
    /** A few keys are asked for often, as layers of base images are. */
    ZIPF {
      @Override
      int[] keys(Random random) {
        return zipf(random, ACCESSES);
      }
    },
    /** The same, and every 50,000 accesses one walk over all keys, as a verify of the store is. */
    SCAN {
      @Override
      int[] keys(Random random) {
        int[] keys = zipf(random, ACCESSES);
        for (int at = 50_000; at + KEYS <= keys.length; at += 50_000) {
          for (int i = 0; i < KEYS; i++) {
            keys[at + i] = i;
          }
        }
        return keys;
      }
    },
    /** Round and round through all keys. */
    LOOP {
      @Override
      int[] keys(Random random) {
        int[] keys = new int[ACCESSES];
        Arrays.setAll(keys, i -> i % KEYS);
        return keys;
      }
    };

    abstract int[] keys(Random random);
  }

  private HitRates() {}

  public static void main(String[] args) throws IOException {
    MetadataKey<Object>[] keys = Keys.keys(KEYS);
    System.out.println("| trace | entries | ocifs | Caffeine |");
    System.out.println("|-------|--------:|------:|---------:|");
    for (Trace trace : Trace.values()) {
      int[] accesses = trace.keys(new Random(11));
      for (int entries : new int[] {KEYS / 100, KEYS / 10, KEYS / 2}) {
        System.out.printf(
            Locale.ROOT,
            "| %-5s | %7d | %4.1f%% | %7.1f%% |%n",
            trace,
            entries,
            100 * ocifs(keys, accesses, entries),
            100 * caffeine(keys, accesses, entries));
      }
    }
  }

  private static double ocifs(MetadataKey<Object>[] keys, int[] accesses, int entries)
      throws IOException {
    try (MetadataCache cache = new MetadataCache(entries, Long.MAX_VALUE)) {
      for (int access : accesses) {
        cache.get(keys[access], () -> VALUE, value -> 1).close();
      }
      CacheStats stats = cache.stats();
      return stats.hitRate();
    }
  }

  private static double caffeine(MetadataKey<Object>[] keys, int[] accesses, int entries) {
    Cache<MetadataKey<Object>, Object> cache =
        Caffeine.newBuilder().maximumSize(entries).recordStats().executor(Runnable::run).build();
    for (int access : accesses) {
      Objects.requireNonNull(cache.get(keys[access], absent -> VALUE));
    }
    return cache.stats().hitRate();
  }

  /** Keys of which the k-th is drawn with a probability in proportion to 1/k. */
  private static int[] zipf(Random random, int count) {
    double[] sums = new double[KEYS];
    double sum = 0;
    for (int k = 0; k < KEYS; k++) {
      sum += 1.0 / (k + 1);
      sums[k] = sum;
    }
    int[] keys = new int[count];
    for (int i = 0; i < count; i++) {
      int at = Arrays.binarySearch(sums, random.nextDouble() * sum);
      keys[i] = Math.min(at < 0 ? -at - 1 : at, KEYS - 1);
    }
    return keys;
  }
}
