package dev.ocifs.layerfs.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetadataCacheTest {
  private final List<Integer> closings = new ArrayList<>();
  private final List<Integer> loads = new ArrayList<>();
  private MetadataCache cache = new MetadataCache(3, 100);

  @AfterEach
  void structureIsSound() {
    cache.validate();
  }

  private Lease<Resource> get(int id) throws IOException {
    return get(id, 10);
  }

  private Lease<Resource> get(int id, long weight) throws IOException {
    return cache.get(
        Resource.key(id),
        () -> {
          loads.add(id);
          return new Resource(id, closings);
        },
        resource -> weight);
  }

  private void use(int... ids) throws IOException {
    for (int id : ids) {
      get(id).close();
    }
  }

  @Test
  void loadsOnceWhatIsAskedForAgain() throws IOException {
    try (Lease<Resource> first = get(1);
        Lease<Resource> second = get(1)) {
      assertThat(second.value()).isSameAs(first.value());
    }
    use(1);
    assertThat(loads).containsExactly(1);
    assertThat(closings).isEmpty();
  }

  @Test
  void keepsWhatItHasWhenNothingIsAskedForMoreOften() throws IOException {
    use(1, 2, 3, 1, 4, 5);
    assertThat(closings).containsExactly(3, 4);
    use(1, 2);
    assertThat(loads).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void evictsTheOldestForWhatIsAskedForMoreOften() throws IOException {
    use(1, 2, 3, 1, 4, 4, 5);
    assertThat(closings).containsExactly(3, 2);
    use(1, 4, 5);
    assertThat(loads).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void remembersHowOftenItWasAskedForWhatItHasNot() throws IOException {
    use(1, 2, 3, 4, 5, 3, 6);
    assertThat(closings).containsExactly(3, 4, 5, 1);
    use(2, 3, 6);
    assertThat(loads).containsExactly(1, 2, 3, 4, 5, 3, 6);
  }

  @Test
  void aWalkOverManyKeysLeavesWhatIsAskedForOften() throws IOException {
    cache = new MetadataCache(100, Long.MAX_VALUE);
    for (int round = 0; round < 3; round++) {
      for (int id = 0; id < 90; id++) {
        use(id);
      }
    }
    for (int id = 1000; id < 2000; id++) {
      use(id);
    }
    // Some of the thousand share all their cells with others, and seem to be asked for more often.
    assertThat(closings).filteredOn(id -> id < 90).hasSizeLessThan(20);
    assertThat(closings).hasSizeGreaterThan(900);
  }

  @Test
  void endOfUseCountsAsUse() throws IOException {
    use(1, 2, 3);
    Lease<Resource> first = get(1);
    use(2);
    first.close();
    use(4, 4, 4, 5);
    assertThat(closings).containsExactly(3, 2);
  }

  @Test
  void keepsWithinTheBoundOfBytes() throws IOException {
    cache = new MetadataCache(100, 100);
    get(1, 40).close();
    get(2, 40).close();
    get(3, 20).close();
    assertThat(cache.stats().bytes()).isEqualTo(100);
    get(4, 50).close();
    assertThat(closings).containsExactlyInAnyOrder(1, 3);
    assertThat(cache.stats().bytes()).isEqualTo(90);
  }

  @Test
  void doesNotKeepWhatIsHeavierThanTheBound() throws IOException {
    use(1);
    try (Lease<Resource> heavy = get(2, 101);
        Lease<Resource> same = get(2, 101)) {
      assertThat(same.value()).isSameAs(heavy.value());
      assertThat(heavy.value().closed()).isFalse();
    }
    assertThat(closings).contains(2);
    assertThat(cache.stats().bytes()).isLessThanOrEqualTo(100);
  }

  @Test
  void keepsNothingUnusedWhenTheBoundIsNoEntry() throws IOException {
    cache = new MetadataCache(0, 100);
    use(1, 1);
    assertThat(loads).containsExactly(1, 1);
    assertThat(closings).containsExactly(1, 1);
  }

  @Test
  void keepsValuesThatWeighNothing() throws IOException {
    cache = new MetadataCache(3, 0);
    get(1, 0).close();
    get(1, 0).close();
    assertThat(loads).containsExactly(1);
  }

  @Test
  void neverEvictsWhatIsInUse() throws IOException {
    List<Lease<Resource>> leases = new ArrayList<>();
    for (int id = 0; id < 5; id++) {
      leases.add(get(id));
    }
    cache.clear();
    assertThat(closings).isEmpty();
    assertThat(cache.stats().entries()).isEqualTo(5);
    assertThat(cache.stats().pinned()).isEqualTo(5);
    leases.forEach(Lease::close);
    assertThat(closings).containsExactly(0, 1);
    assertThat(cache.stats().pinned()).isZero();
  }

  @Test
  void takesTheSecondClosingOfALeaseForNothing() throws IOException {
    Lease<Resource> first = get(1);
    Lease<Resource> second = get(1);
    first.close();
    first.close();
    cache.clear();
    assertThat(closings).isEmpty();
    second.close();
    cache.clear();
    assertThat(closings).containsExactly(1);
  }

  @Test
  void invalidatesWhatIsNotInUseAtOnce() throws IOException {
    use(1, 2);
    cache.invalidate(Resource.key(1));
    cache.invalidate(Resource.key(9));
    assertThat(closings).containsExactly(1);
    use(1);
    assertThat(loads).containsExactly(1, 2, 1);
  }

  @Test
  void closesTheInvalidatedWithItsLastLease() throws IOException {
    Lease<Resource> first = get(1);
    Lease<Resource> second = get(1);
    cache.invalidate(Resource.key(1));
    cache.invalidate(Resource.key(1));
    try (Lease<Resource> fresh = get(1)) {
      assertThat(fresh.value()).isNotSameAs(first.value());
      first.close();
      assertThat(closings).isEmpty();
      second.close();
      assertThat(closings).containsExactly(1);
      assertThat(first.value().closed()).isTrue();
      assertThat(fresh.value().closed()).isFalse();
    }
  }

  @Test
  void invalidationDuringALoadConcernsWhatItLoads() throws IOException {
    Lease<Resource> stale =
        cache.get(
            Resource.key(1),
            () -> {
              cache.invalidate(Resource.key(1));
              cache.validate();
              return new Resource(1, closings);
            },
            resource -> 10);
    use(1);
    assertThat(loads).containsExactly(1);
    stale.close();
    assertThat(closings).containsExactly(1);
    assertThat(cache.stats().bytes()).isEqualTo(10);
  }

  @Test
  void failedLoadLeavesNothing() throws IOException {
    IOException failure = new FileNotFoundException("gone");
    assertThatIOException()
        .isThrownBy(
            () ->
                cache.get(
                    Resource.key(1),
                    () -> {
                      throw failure;
                    },
                    value -> 0))
        .isSameAs(failure);
    assertThat(cache.stats().entries()).isZero();
    assertThat(cache.stats().pinned()).isZero();
    assertThat(cache.stats().failures()).isEqualTo(1);
    use(1);
    assertThat(loads).containsExactly(1);
  }

  @Test
  void failedLoadOfAnInvalidatedKeyLeavesNothing() {
    assertThatThrownBy(
            () ->
                cache.get(
                    Resource.key(1),
                    () -> {
                      cache.invalidate(Resource.key(1));
                      throw new StackOverflowError("as good as any");
                    },
                    value -> 0))
        .isInstanceOf(StackOverflowError.class);
    assertThat(cache.stats().pinned()).isZero();
  }

  @Test
  void closesAValueThatCannotBeWeighed() {
    assertThatIllegalArgumentException().isThrownBy(() -> get(1, -1));
    assertThat(closings).containsExactly(1);
    assertThat(cache.stats().entries()).isZero();
  }

  @Test
  void refusesALoadThatWaitsForItself() {
    assertThatIllegalStateException()
        .isThrownBy(() -> cache.get(Resource.key(1), () -> get(1).value(), resource -> 0))
        .withMessageContaining("waits for itself");
    assertThat(cache.stats().entries()).isZero();
  }

  @Test
  void loadersMayAskForOtherKeys() throws IOException {
    MetadataKey<String> outer = new MetadataKey<>(String.class, Resource.digest(1));
    try (Lease<String> lease =
        cache.get(
            outer,
            () -> {
              try (Lease<Resource> inner = get(1)) {
                return "of " + inner.value().id;
              }
            },
            String::length)) {
      assertThat(lease.value()).isEqualTo("of 1");
    }
    assertThat(cache.stats().entries()).isEqualTo(2);
  }

  @Test
  void closingFailuresLoseNoOtherEntry() throws IOException {
    MetadataKey<AutoCloseable> broken = new MetadataKey<>(AutoCloseable.class, Resource.digest(1));
    AutoCloseable value =
        () -> {
          throw new IOException("not closed");
        };
    use(1);
    cache.get(broken, () -> value, closeable -> 10).close();
    use(2);
    List<LogRecord> logged = new ArrayList<>();
    Logger logger = Logger.getLogger("dev.ocifs.layerfs.cache");
    logger.setFilter(line -> !logged.add(line));
    try {
      cache.clear();
    } finally {
      logger.setFilter(null);
    }
    assertThat(logged).hasSize(1);
    assertThat(logged.getFirst().getMessage()).startsWith("cannot close AutoCloseable");
    assertThat(closings).containsExactlyInAnyOrder(1, 2);
    assertThat(cache.stats().entries()).isZero();
  }

  @Test
  void closesWhatIsIdleNowAndTheRestWithItsLeases() throws IOException {
    Lease<Resource> used = get(1);
    use(2);
    cache.close();
    cache.close();
    assertThat(closings).containsExactly(2);
    assertThat(cache.stats().pinned()).isEqualTo(1);
    assertThatIllegalStateException().isThrownBy(() -> get(1)).withMessageContaining("closed");
    used.close();
    assertThat(closings).containsExactly(2, 1);
    assertThat(cache.stats().pinned()).isZero();
  }

  @Test
  void growsFarBeyondItsFirstTable() throws IOException {
    cache = new MetadataCache(10_000, Long.MAX_VALUE);
    for (int id = 0; id < 20_000; id++) {
      use(id);
    }
    assertThat(closings).hasSize(10_000);
    cache.validate();
    assertThat(cache.stats().entries()).isEqualTo(10_000);
  }

  @Test
  void tellsWhatItHasDone() throws IOException {
    assertThat(cache.stats().hitRate()).isZero();
    assertThat(cache.stats().averageLoadNanos()).isZero();
    use(1, 2, 3, 4, 4, 4);
    CacheStats stats = cache.stats();
    assertThat(stats.hits()).isEqualTo(2);
    assertThat(stats.misses()).isEqualTo(4);
    assertThat(stats.evictions()).isEqualTo(1);
    assertThat(stats.hitRate()).isEqualTo(2 / 6.0);
    assertThat(stats.loadNanos()).isPositive();
    assertThat(stats.averageLoadNanos()).isEqualTo(stats.loadNanos() / 4);
    assertThat(stats.entries()).isEqualTo(3);
    assertThat(stats.bytes()).isEqualTo(30);
  }
}
