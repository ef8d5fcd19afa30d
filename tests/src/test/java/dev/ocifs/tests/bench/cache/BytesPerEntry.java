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

/**
 * Prints the bytes that each entry takes on the heap, its key included and its value not: what the
 * heap holds more after the cache was filled, both seen after a full collection.
 */
public final class BytesPerEntry {
  private static final int ENTRIES = 200_000;
  private static final Object VALUE = new Object();

  /** A value with its weight, where the cache has no place of its own for that. */
  private record Weighed(Object value, long bytes) {}

  /** Fills a cache with one entry for each of the digests. */
  private interface Filled {
    Object by(Digest[] digests) throws IOException;
  }

  private BytesPerEntry() {}

  public static void main(String[] args) throws IOException {
    Digest[] digests = Keys.digests(ENTRIES);
    System.out.println("| cache | bytes an entry |");
    System.out.println("|-------|---------------:|");
    print("HashMap of digest texts and list (naive)", BytesPerEntry::naive, digests);
    print("LinkedHashMap of compact keys", BytesPerEntry::linked, digests);
    print("Caffeine of compact keys", BytesPerEntry::caffeine, digests);
    print("ocifs", BytesPerEntry::ocifs, digests);
  }

  private static void print(String name, Filled filled, Digest[] digests) throws IOException {
    long first = growth(filled, digests); // classes that are loaded now are a part of it
    long growth = Math.min(first, growth(filled, digests));
    System.out.println("| " + name + " | " + Math.round(growth / (double) ENTRIES) + " |");
  }

  private static long growth(Filled filled, Digest[] digests) throws IOException {
    long before = used();
    Object cache = filled.by(digests);
    try {
      return used() - before;
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

  private static Object naive(Digest[] digests) {
    NaiveLru cache = new NaiveLru();
    for (Digest digest : digests) {
      cache.put(digest.toString(), VALUE, 1);
    }
    if (cache.bytes() != ENTRIES || !VALUE.equals(cache.evict())) {
      throw new IllegalStateException("not filled");
    }
    return cache;
  }

  private static Object linked(Digest[] digests) {
    Map<MetadataKey<Object>, Weighed> cache = new LinkedHashMap<>(16, 0.75f, true);
    for (Digest digest : digests) {
      cache.put(new MetadataKey<>(Object.class, digest), new Weighed(VALUE, 1));
    }
    return cache;
  }

  private static Object caffeine(Digest[] digests) {
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

  private static Object ocifs(Digest[] digests) throws IOException {
    MetadataCache cache = new MetadataCache(ENTRIES, Long.MAX_VALUE);
    for (Digest digest : digests) {
      cache.get(new MetadataKey<>(Object.class, digest), () -> VALUE, value -> 1).close();
    }
    return cache;
  }
}
