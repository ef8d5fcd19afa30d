package dev.ocifs.tests.bench.codec;

import dev.ocifs.layerfs.codec.Checkpoint;
import dev.ocifs.layerfs.codec.LayerCodec;
import dev.ocifs.layerfs.codec.LayerDecoder;
import dev.ocifs.layerfs.codec.SpanDecoder;
import dev.ocifs.oci.Compression;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
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
 * Spans of a gzip layer, decoded one after the other from their checkpoints. The JDK cannot begin
 * at one: beside them its Inflater decodes the same bytes, each span compressed on its own.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class SpanDecoderBench {

  private static final int LAYER_BYTES = 32 << 20;

  @Param public Content content = Content.BINARIES;

  @Param({"1048576"})
  public int spanBytes = 1 << 20;

  private GzipBlob blob = GzipBlob.EMPTY;
  private final List<byte[]> streams = new ArrayList<>();
  private byte[] dst = {};
  private int next;
  private final SpanDecoder decoder = LayerCodec.spanDecoder(Compression.GZIP);
  private final Inflater inflater = new Inflater(true);

  @Setup
  public void compress() throws IOException {
    byte[] layer = content.bytes(LAYER_BYTES);
    blob = GzipBlob.of(layer, spanBytes).before(layer.length, spanBytes);
    dst = new byte[spanBytes + LayerDecoder.SLACK_BYTES];
    for (Checkpoint checkpoint : blob.checkpoints()) {
      int from = (int) checkpoint.outPos();
      streams.add(deflate(Arrays.copyOfRange(layer, from, from + spanBytes)));
    }
  }

  private static byte[] deflate(byte[] span) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    deflater.setInput(span);
    deflater.finish();
    byte[] buf = new byte[span.length + 1024];
    int n = deflater.deflate(buf);
    deflater.end();
    return Arrays.copyOf(buf, n);
  }

  @TearDown
  public void close() {
    decoder.close();
    inflater.end();
  }

  @Benchmark
  public byte[] ocifs() throws IOException {
    next = (next + 1) % blob.checkpoints().size();
    decoder.decode(blob, blob.checkpoints().get(next), blob.size(), dst, spanBytes);
    return dst;
  }

  @Benchmark
  public byte[] jdk() throws DataFormatException {
    next = (next + 1) % streams.size();
    inflater.reset();
    inflater.setInput(streams.get(next));
    if (inflater.inflate(dst, 0, spanBytes) != spanBytes) {
      throw new IllegalStateException("span is short");
    }
    return dst;
  }
}
