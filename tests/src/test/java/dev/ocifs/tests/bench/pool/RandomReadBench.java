package dev.ocifs.tests.bench.pool;

import static java.util.Objects.requireNonNull;

import dev.ocifs.layerfs.cache.ChunkBounds;
import dev.ocifs.layerfs.cache.ChunkCache;
import dev.ocifs.layerfs.codec.LayerCodec;
import dev.ocifs.layerfs.codec.LayerDecoder;
import dev.ocifs.layerfs.codec.SpanDecoder;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.objects.SpanStore;
import dev.ocifs.layerfs.read.DecoderPools;
import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.read.ReadListener;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.tests.bench.IndexedLayer;
import dev.ocifs.tests.bench.codec.Content;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Random reads of 4 KiB of a gzip layer of 16 MiB, none from the chunk cache, so that each decodes
 * a span of about 1 MiB; beside the same steps with a decoder made for each span.
 *
 * <p>The heap is touched first: else those that make decoders pay for fresh pages, much and
 * unevenly.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"})
public class RandomReadBench {

  private static final int LAYER_BYTES = 16 << 20;
  private static final int READ_BYTES = 4096;
  private static final long SEED = 42;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final MemorySegment dst = MemorySegment.ofArray(new byte[READ_BYTES]);

  private @Nullable IndexedLayer layer;
  private @Nullable BlobSource blob;

  private final ChunkCache noCache = new ChunkCache(ChunkBounds.of(1));
  private final DecoderPools pools = new DecoderPools(8);
  private @Nullable LayerReader reader;

  @Setup
  public void index() throws IOException {
    IndexedLayer made = IndexedLayer.of(Content.BINARIES.bytes(LAYER_BYTES));
    BlobSource content = made.content();
    layer = made;
    blob = content;
    reader =
        new LayerReader(
            made.index(),
            0,
            false,
            () -> content,
            noCache,
            pools,
            SpanStore.NONE,
            ReadListener.NONE);
  }

  @TearDown
  public void delete() throws IOException {
    requireNonNull(reader).close();
    requireNonNull(layer).close();
  }

  @Benchmark
  public MemorySegment pooled() throws IOException {
    requireNonNull(reader).read(random.nextLong(LAYER_BYTES - READ_BYTES), dst, 0, READ_BYTES);
    return dst;
  }

  @Benchmark
  public MemorySegment created() throws IOException {
    LayerIndex index = requireNonNull(layer).index();
    long pos = random.nextLong(LAYER_BYTES - READ_BYTES);
    for (long done = 0; done < READ_BYTES; ) {
      int span = index.spanAt(pos + done);
      long start = index.spanStart(span);
      int length = Math.toIntExact(index.spanStart(span + 1) - start);
      byte[] chunk = noCache.get(new ChunkCache.Key(index, span), () -> load(span, length));
      int from = (int) (pos + done - start);
      int n = (int) Math.min(READ_BYTES - done, length - from);
      MemorySegment.copy(chunk, from, dst, ValueLayout.JAVA_BYTE, done, n);
      done += n;
    }
    return dst;
  }

  private byte[] load(int span, int length) throws IOException {
    LayerIndex index = requireNonNull(layer).index();
    byte[] chunk = new byte[length + LayerDecoder.SLACK_BYTES];
    try (SpanDecoder decoder = LayerCodec.spanDecoder(index.facts().compression())) {
      decoder.decode(
          requireNonNull(blob), index.checkpoint(span), index.inEnd(span), chunk, length);
    }
    CRC32C crc = new CRC32C();
    crc.update(chunk, 0, length);
    if ((int) crc.getValue() != index.spanCrc(span)) {
      throw index.contentDiffers(span);
    }
    return chunk;
  }
}
