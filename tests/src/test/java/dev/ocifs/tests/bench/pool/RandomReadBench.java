package dev.ocifs.tests.bench.pool;

import static java.util.Objects.requireNonNull;

import dev.ocifs.layerfs.cache.ChunkCache;
import dev.ocifs.layerfs.codec.LayerCodec;
import dev.ocifs.layerfs.codec.LayerDecoder;
import dev.ocifs.layerfs.codec.SpanDecoder;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.index.LayerIndexer;
import dev.ocifs.layerfs.objects.SpanStore;
import dev.ocifs.layerfs.read.DecoderPools;
import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.read.ReadListener;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.bench.codec.Content;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

  private @Nullable Layer layer;

  /** A layer on disk, and the image that it is of. */
  private record Layer(Path folder, Image image, LayerIndex index, BlobSource blob) {}

  private final ChunkCache noCache = new ChunkCache(1);
  private final DecoderPools pools = new DecoderPools(8);
  private @Nullable LayerReader reader;

  @Setup
  public void index() throws IOException {
    Path folder = Files.createTempDirectory("ocifs-bench");
    byte[] tar = TarWriter.tar(Entry.file("data", Content.BINARIES.bytes(LAYER_BYTES)));
    TestImage test = TestImage.of(TestLayer.of(LayerBytes.GZIP, tar));
    Path layout = new OciLayoutWriter().image("test", test).writeTo(folder.resolve("image"));
    Store store = Store.open(folder.resolve("store"));
    LayerIndexer indexer = new LayerIndexer(store, Limits.DEFAULT);
    Image image = Images.open("oci:" + layout, OpenOptions.defaults(store));
    LayerIndex index = indexer.make(image.layers().get(0), read -> {});
    BlobSource blob = indexer.content(image.layers().get(0), index.facts());
    layer = new Layer(folder, image, index, blob);
    reader =
        new LayerReader(index, 0, false, () -> blob, noCache, pools, SpanStore.NONE, ReadListener.NONE);
  }

  @TearDown
  public void delete() throws IOException {
    requireNonNull(reader).close();
    Layer done = requireNonNull(layer);
    done.image().close();
    try (Stream<Path> files = Files.walk(done.folder())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
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
    Layer source = requireNonNull(layer);
    byte[] chunk = new byte[length + LayerDecoder.SLACK_BYTES];
    try (SpanDecoder decoder = LayerCodec.spanDecoder(source.index().facts().compression())) {
      decoder.decode(
          source.blob(),
          source.index().checkpoint(span),
          source.index().inEnd(span),
          chunk,
          length);
    }
    CRC32C crc = new CRC32C();
    crc.update(chunk, 0, length);
    if ((int) crc.getValue() != source.index().spanCrc(span)) {
      throw source.index().contentDiffers(span);
    }
    return chunk;
  }
}
