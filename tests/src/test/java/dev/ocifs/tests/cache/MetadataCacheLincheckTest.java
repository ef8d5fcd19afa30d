package dev.ocifs.tests.cache;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.cache.MetadataKey;
import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The metadata cache under Lincheck: whatever its threads do at once must look as if they had done
 * it one after the other, table and list must agree afterwards, no value may be closed while a
 * thread has its lease, nor twice.
 *
 * <p>Each thread has at most one lease, so that getting and giving back are single steps. A cache
 * of two entries and three keys, of which one entry is new and one proven, makes many steps evict.
 */
@Param(name = "key", gen = IntGen.class, conf = "0:2")
@Param(name = "thread", gen = ThreadIdGen.class)
public class MetadataCacheLincheckTest {
  private static final int THREADS = 3;

  private static final List<MetadataKey<Value>> KEYS = List.of(key("0"), key("1"), key("2"));

  private final MetadataCache cache = new MetadataCache(2, 100);
  private final @Nullable Lease<Value>[] leases = leases();

  /** Every value that was made, for {@link #nothingIsWrong}; guarded by itself. */
  private final List<Value> made = new ArrayList<>();

  private static final class Value implements AutoCloseable {
    private volatile int closings;

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // Only one thread may ever do it.
    public void close() {
      closings++;
    }
  }

  private static MetadataKey<Value> key(String digit) {
    return new MetadataKey<>(Value.class, new Digest(Digest.Algorithm.SHA256, digit.repeat(64)));
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static @Nullable Lease<Value>[] leases() {
    // Beside the parallel threads Lincheck has one for what comes before and after.
    return new Lease[THREADS + 2];
  }

  /** Whether this thread had to load, was given what was there, or was refused. */
  @Operation
  public String get(@Param(name = "key") int key, @Param(name = "thread") int thread)
      throws IOException {
    if (leases[thread] != null) {
      return "busy";
    }
    boolean[] loaded = {false};
    try {
      leases[thread] =
          cache.get(
              KEYS.get(key),
              () -> {
                loaded[0] = true;
                Value value = new Value();
                synchronized (made) {
                  made.add(value);
                }
                return value;
              },
              value -> 6);
    } catch (IllegalStateException e) {
      return "closed";
    }
    return loaded[0] ? "loaded" : "found";
  }

  /** Whether the value was closed while it was in use. */
  @Operation
  public String release(@Param(name = "thread") int thread) {
    Lease<Value> lease = leases[thread];
    if (lease == null) {
      return "none";
    }
    String state = lease.value().closings == 0 ? "open" : "closed in use";
    leases[thread] = null;
    lease.close();
    return state;
  }

  @Operation
  public void invalidate(@Param(name = "key") int key) {
    cache.invalidate(KEYS.get(key));
  }

  @Operation
  public void clear() {
    cache.clear();
  }

  @Operation
  public void close() {
    cache.close();
  }

  /** After every schedule, with the leases that are open then. */
  @Validate
  public void nothingIsWrong() {
    cache.validate();
    for (Value value : made) {
      if (value.closings > 1) {
        throw new IllegalStateException("a value was closed " + value.closings + " times");
      }
    }
    long open = made.stream().filter(value -> value.closings == 0).count();
    cache.clear();
    long inUse = made.stream().filter(value -> value.closings == 0).count();
    if (inUse != cache.stats().pinned()) {
      throw new IllegalStateException(
          "of " + open + " open values " + inUse + " stay, and " + cache.stats() + " says another");
    }
  }

  @Test
  void modelChecking() {
    new ModelCheckingOptions()
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(2)
        .actorsAfter(2)
        .iterations(20)
        .invocationsPerIteration(500)
        .check(MetadataCacheLincheckTest.class);
  }

  @Test
  void stress() {
    new StressOptions()
        .threads(THREADS)
        .actorsPerThread(3)
        .actorsBefore(2)
        .actorsAfter(2)
        .iterations(40)
        .invocationsPerIteration(1_000)
        .check(MetadataCacheLincheckTest.class);
  }
}
