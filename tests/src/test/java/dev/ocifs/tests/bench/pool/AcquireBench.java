package dev.ocifs.tests.bench.pool;

import dev.ocifs.layerfs.codec.LayerCodec;
import dev.ocifs.layerfs.codec.SpanDecoder;
import dev.ocifs.layerfs.pool.LayerObjectPool;
import dev.ocifs.layerfs.pool.Lease;
import dev.ocifs.oci.Compression;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Acquiring and releasing one of eight decoders, by 1 to 64 threads; beside a queue of eight, with
 * which a thread that finds none makes its own. The score is that of all threads together.
 *
 * <p>The heap is touched first: else those that make decoders pay for fresh pages, much and
 * unevenly.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"})
public class AcquireBench {

  private static final int MAX = 8;

  /** Not at all, and for about as long as a span of 64 KiB takes. */
  @Param({"0", "40000"})
  public int holdTokens = 0;

  private final LayerObjectPool<SpanDecoder> pool = new LayerObjectPool<>(new GzipDecoders(), MAX);
  private final BlockingQueue<SpanDecoder> queue = new ArrayBlockingQueue<>(MAX);

  @Benchmark
  @Threads(1)
  public void pool01() {
    pooled();
  }

  @Benchmark
  @Threads(4)
  public void pool04() {
    pooled();
  }

  @Benchmark
  @Threads(16)
  public void pool16() {
    pooled();
  }

  @Benchmark
  @Threads(64)
  public void pool64() {
    pooled();
  }

  @Benchmark
  @Threads(1)
  public void queue01() {
    queued();
  }

  @Benchmark
  @Threads(4)
  public void queue04() {
    queued();
  }

  @Benchmark
  @Threads(16)
  public void queue16() {
    queued();
  }

  @Benchmark
  @Threads(64)
  public void queue64() {
    queued();
  }

  private void pooled() {
    try (Lease<SpanDecoder> lease = pool.acquire()) {
      Blackhole.consumeCPU(holdTokens);
      lease.get();
    }
  }

  private void queued() {
    SpanDecoder idle = queue.poll();
    SpanDecoder decoder = idle != null ? idle : LayerCodec.spanDecoder(Compression.GZIP);
    Blackhole.consumeCPU(holdTokens);
    if (!queue.offer(decoder)) {
      decoder.close();
    }
  }
}
