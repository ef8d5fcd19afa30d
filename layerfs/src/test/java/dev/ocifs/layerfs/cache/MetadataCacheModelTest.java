package dev.ocifs.layerfs.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Long sequences of random operations, each compared with what a simple model does. */
class MetadataCacheModelTest {
  private static final int OPERATIONS = 20_000;
  private static final int KEYS = 24;

  /** The cache as anyone would write it first: idle entries in order, pinned ones beside them. */
  private static final class Model {
    final int maxEntries;
    final long maxBytes;
    final Map<Integer, Resource> idle = new LinkedHashMap<>();
    final Map<Integer, Resource> used = new LinkedHashMap<>();
    final Map<Resource, Integer> pins = new LinkedHashMap<>();
    final List<Integer> closed = new ArrayList<>();

    Model(int maxEntries, long maxBytes) {
      this.maxEntries = maxEntries;
      this.maxBytes = maxBytes;
    }

    void get(int id, Resource value) {
      idle.remove(id);
      used.put(id, value);
      pins.merge(value, 1, Integer::sum);
      evict(maxEntries, maxBytes);
    }

    void release(Resource value) {
      if (pins.merge(value, -1, Integer::sum) > 0) {
        return;
      }
      pins.remove(value);
      if (!used.remove(value.id, value) || weight(value.id) > maxBytes) {
        closed.add(value.id);
      } else {
        idle.put(value.id, value);
        evict(maxEntries, maxBytes);
      }
    }

    void invalidate(int id) {
      if (idle.remove(id) != null) {
        closed.add(id);
      }
      used.remove(id);
    }

    void evict(int entries, long bytes) {
      Iterator<Integer> oldest = idle.keySet().iterator();
      while ((idle.size() + used.size() > entries || bytes() > bytes) && oldest.hasNext()) {
        closed.add(oldest.next());
        oldest.remove();
      }
    }

    long bytes() {
      long sum = 0;
      for (int id : idle.keySet()) {
        sum += weight(id);
      }
      for (int id : used.keySet()) {
        sum += weight(id);
      }
      return sum;
    }
  }

  private static long weight(int id) {
    return id % 7 * 10L;
  }

  @ParameterizedTest
  @CsvSource({"8,1000000,1", "1000,150,2", "8,200,3", "0,1000,4", "1,30,5", "8,0,6"})
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
      } else if (!model.idle.containsKey(id) && !model.used.containsKey(id)) {
        assertThatIOException().isThrownBy(() -> cache.get(Resource.key(id), FAILING, v -> 0));
      }
      cache.validate();
      CacheStats stats = cache.stats();
      assertThat(stats.entries()).isEqualTo(model.idle.size() + model.used.size());
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
