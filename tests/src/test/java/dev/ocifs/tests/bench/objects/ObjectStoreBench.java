package dev.ocifs.tests.bench.objects;

import static java.util.Objects.requireNonNull;

import dev.ocifs.layerfs.cache.ChunkBounds;
import dev.ocifs.layerfs.cache.ChunkCache;
import dev.ocifs.layerfs.objects.ObjectStore;
import dev.ocifs.layerfs.objects.SpanStore;
import dev.ocifs.layerfs.read.DecoderPools;
import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.read.ReadListener;
import dev.ocifs.tests.bench.IndexedLayer;
import dev.ocifs.tests.bench.codec.Content;
import java.io.IOException;
import java.util.SplittableRandom;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A span of a gzip layer of 16 MiB into the chunk cache, which keeps none, as a read waits for it:
 * from its file, or decoded from the layer. Both files are in the page cache.
 *
 * <p>The heap is touched first: else fresh pages are paid for, much and unevenly.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"})
public class ObjectStoreBench {

  /** What the layer holds. Compressed bytes are what makes files raw. */
  public enum Kind {
    /** Files of zstd frames. */
    BINARIES,
    /** Files of zstd frames. */
    TEXT,
    /** Raw files: bytes that were compressed before. */
    NOISE;

    byte[] bytes() throws IOException {
      return switch (this) {
        case BINARIES -> Content.BINARIES.bytes(LAYER_BYTES);
        case TEXT -> Content.TEXT.bytes(LAYER_BYTES);
        case NOISE -> {
          byte[] noise = new byte[LAYER_BYTES];
          new SplittableRandom(SEED).nextBytes(noise);
          yield noise;
        }
      };
    }
  }

  private static final int LAYER_BYTES = 16 << 20;
  private static final long SEED = 42;

  @Param public Kind kind = Kind.BINARIES;

  private @Nullable IndexedLayer layer;
  private @Nullable ObjectStore objects;
  private @Nullable LayerReader found;
  private @Nullable LayerReader decoded;
  private int spans;
  private int next;

  @Setup
  public void keep() throws IOException {
    IndexedLayer made = IndexedLayer.of(kind.bytes());
    layer = made;
    spans = made.index().spanCount();
    try (ObjectStore filled = ObjectStore.open(made.store(), 1 << 30, 64 << 20)) {
      for (int i = 0; i < spans; i++) {
        // Offers more than wait at once are dropped: each until it is there.
        for (long before = filled.stats().writes(); filled.stats().writes() == before; ) {
          try (LayerReader reader = reader(made, filled)) {
            reader.prefetch(i, true);
          }
          Thread.onSpinWait();
        }
      }
    }
    objects = ObjectStore.open(made.store(), 1 << 30, 64 << 20);
    found = reader(made, objects);
    decoded = reader(made, SpanStore.NONE);
    System.out.println(spans + " spans: " + objects.stats());
  }

  private static LayerReader reader(IndexedLayer of, SpanStore objects) {
    return new LayerReader(
        of.index(),
        0,
        false,
        of::content,
        new ChunkCache(ChunkBounds.of(1)),
        new DecoderPools(8),
        objects,
        ReadListener.NONE);
  }

  @TearDown
  public void delete() throws IOException {
    ObjectStore used = requireNonNull(objects);
    if (used.stats().misses() > 0) {
      throw new IllegalStateException("not all was found: " + used.stats());
    }
    used.close();
    requireNonNull(found).close();
    requireNonNull(decoded).close();
    requireNonNull(layer).close();
  }

  private int span() {
    next = next + 1 < spans ? next + 1 : 0;
    return next;
  }

  @Benchmark
  public long ocifs() throws IOException {
    return requireNonNull(found).prefetch(span(), true);
  }

  @Benchmark
  public long decoded() throws IOException {
    return requireNonNull(decoded).prefetch(span(), true);
  }
}
