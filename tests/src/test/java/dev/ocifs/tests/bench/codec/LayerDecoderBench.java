package dev.ocifs.tests.bench.codec;

import dev.ocifs.layerfs.codec.LayerCodec;
import dev.ocifs.layerfs.codec.LayerDecoder;
import dev.ocifs.oci.Compression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * The first pass over a gzip layer of 64 MiB, CRC-32 included, with a checkpoint every 2 MiB;
 * beside GZIPInputStream, which leaves none. A score of 1 op/s is 67 MB/s of output.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class LayerDecoderBench {

  private static final int LAYER_BYTES = 64 << 20;
  private static final int CHUNK_BYTES = 256 << 10;
  private static final long SPACING_BYTES = 2 << 20;

  @Param public Content content = Content.BINARIES;

  private byte[] blob = {};
  private int layerBytes;
  private final byte[] buffer =
      new byte[LayerDecoder.HISTORY_BYTES + CHUNK_BYTES + LayerDecoder.SLACK_BYTES];

  @Setup
  public void compress() throws IOException {
    byte[] layer = content.bytes(LAYER_BYTES);
    layerBytes = layer.length;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(layer);
    }
    blob = out.toByteArray();
  }

  @Benchmark
  public int ocifs() throws IOException {
    int total = 0;
    try (LayerDecoder decoder =
        LayerCodec.decoder(
            Compression.GZIP, new ByteArrayInputStream(blob)::read, SPACING_BYTES, c -> {})) {
      int from = LayerDecoder.HISTORY_BYTES;
      for (int end = decoder.decode(buffer, from, from + CHUNK_BYTES);
          end >= 0;
          end = decoder.decode(buffer, from, from + CHUNK_BYTES)) {
        total += end - from;
        System.arraycopy(buffer, end - from, buffer, 0, from);
      }
    }
    return checked(total);
  }

  @Benchmark
  public int jdk() throws IOException {
    int total = 0;
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(blob), 64 << 10)) {
      for (int n = in.read(buffer, 0, CHUNK_BYTES); n >= 0; n = in.read(buffer, 0, CHUNK_BYTES)) {
        total += n;
      }
    }
    return checked(total);
  }

  private int checked(int total) {
    if (total != layerBytes) {
      throw new IllegalStateException(total + " bytes decoded of " + layerBytes);
    }
    return total;
  }
}
