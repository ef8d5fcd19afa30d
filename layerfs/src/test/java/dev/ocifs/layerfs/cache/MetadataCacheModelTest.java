package dev.ocifs.layerfs.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Long sequences of random operations, each compared with what a simple model does. */
class MetadataCacheModelTest {
  private static final int OPERATIONS = 20_000;
  private static final int KEYS = 24;

  /** The cache with maps in the place of lists, and all sums made anew whenever they are needed. */
  private static final class Model {
    final int maxEntries;
    final long maxBytes;
    final Map<Integer, Resource> fresh = new LinkedHashMap<>();
    final Map<Integer, Resource> proven = new LinkedHashMap<>();
    final Map<Integer, Resource> used = new LinkedHashMap<>();
    final Set<Integer> everProven = new HashSet<>();
    final Map<Resource, Integer> pins = new LinkedHashMap<>();
    final FrequencySketch uses = new FrequencySketch();
    final List<Integer> closed = new ArrayList<>();

    Model(int maxEntries, long maxBytes) {
      this.maxEntries = maxEntries;
      this.maxBytes = maxBytes;
    }

    boolean has(int id) {
      return fresh.containsKey(id) || proven.containsKey(id) || used.containsKey(id);
    }

    int size() {
      return fresh.size() + proven.size() + used.size();
    }

    void asked(int id) {
      uses.fit(size());
      uses.use(hash(id));
    }

    void get(int id, Resource value) {
      asked(id);
      boolean loaded = !has(id);
      fresh.remove(id);
      proven.remove(id);
      used.put(id, value);
      pins.merge(value, 1, Integer::sum);
      if (loaded) {
        evict(maxEntries, maxBytes);
      }
    }

    void release(Resource value) {
      if (pins.merge(value, -1, Integer::sum) > 0) {
        return;
      }
      pins.remove(value);
      if (!used.remove(value.id, value)) {
        closed.add(value.id);
      } else if (weight(value.id) > maxBytes) {
        leave(value.id);
        closed.add(value.id);
      } else {
        (everProven.contains(value.id) ? proven : fresh).put(value.id, value);
        evict(maxEntries, maxBytes);
      }
    }

    void invalidate(int id) {
      if (fresh.remove(id) != null || proven.remove(id) != null) {
        closed.add(id);
      }
      used.remove(id);
      leave(id);
    }

    void leave(int id) {
      everProven.remove(id);
    }

    void evict(int entries, long bytes) {
      while (fresh.size() + proven.size() > 0 && (size() > entries || bytes() > bytes)) {
        boolean full = fresh.size() >= maxFresh();
        boolean newer =
            proven.isEmpty()
                || (full && !fresh.isEmpty() && count(oldest(fresh)) <= count(oldest(proven)));
        Map<Integer, Resource> from = newer ? fresh : proven;
        int id = oldest(from);
        from.remove(id);
        leave(id);
        closed.add(id);
      }
      while (fresh.size() > maxFresh()) {
        int id = oldest(fresh);
        everProven.add(id);
        proven.put(id, Objects.requireNonNull(fresh.remove(id)));
      }
    }

    int maxFresh() {
      return Math.max(1, (fresh.size() + proven.size()) / 64);
    }

    int count(int id) {
      return uses.count(hash(id));
    }

    static int oldest(Map<Integer, Resource> of) {
      return of.keySet().iterator().next();
    }

    static int hash(int id) {
      return Resource.key(id).hashCode();
    }

    long bytes() {
      long sum = 0;
      for (Map<Integer, Resource> part : List.of(fresh, proven, used)) {
        for (int id : part.keySet()) {
          sum += weight(id);
        }
      }
      return sum;
    }
  }

  private static long weight(int id) {
    return id % 7 * 10L;
  }

  @ParameterizedTest
  @CsvSource({
    "8,1000000,1",
    "12,1000000,7",
    "1000,150,2",
    "8,200,3",
    "0,1000,4",
    "1,30,5",
    "8,0,6"
  })
  void doesWhatTheModelDoes(int maxEntries, long maxBytes, long seed) throws IOException {
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Model model = new Model(maxEntries, maxBytes);
    List<Integer> closed = new ArrayList<>();
    List<Lease<Resource>> leases = new ArrayList<>();
    MetadataCache cache = new MetadataCache(maxEntries, maxBytes);
    for (int i = 0; i < OPERATIONS; i++) {
      int id = random.nextInt(KEYS);
      int operation = random.nextInt(100);
      if (operation < 45) {
        Lease<Resource> lease =
            cache.get(Resource.key(id), () -> new Resource(id, closed), value -> weight(id));
        model.get(id, lease.value());
        leases.add(lease);
      } else if (operation < 90 && !leases.isEmpty()) {
        Lease<Resource> lease = leases.remove(random.nextInt(leases.size()));
        lease.close();
        model.release(lease.value());
      } else if (operation < 95) {
        cache.invalidate(Resource.key(id));
        model.invalidate(id);
      } else if (operation < 96) {
        cache.clear();
        model.evict(0, 0);
      } else if (!model.has(id)) {
        model.asked(id);
        assertThatIOException().isThrownBy(() -> cache.get(Resource.key(id), FAILING, v -> 0));
      }
      cache.validate();
      CacheStats stats = cache.stats();
      assertThat(stats.entries()).isEqualTo(model.size());
      assertThat(stats.bytes()).isEqualTo(model.bytes());
      assertThat(stats.pinned()).isEqualTo(model.pins.size());
      // What one operation closes, it closes in no order.
      assertThat(closed).containsExactlyInAnyOrderElementsOf(model.closed);
      closed.clear();
      model.closed.clear();
    }
    leases.forEach(Lease::close);
    cache.close();
    assertThat(cache.stats().pinned()).isZero();
    assertThat(cache.stats().entries()).isZero();
  }

  private static final MetadataCache.Loader<Resource> FAILING =
      () -> {
        throw new IOException("no");
      };
}
