package dev.ocifs.tests.bench.view;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.metrics.Operation;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.bench.Folders;
import dev.ocifs.tests.image.ByteText;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The requests that a mount serves again and again: LOOKUP, GETATTR, READDIR, and READ of content
 * that is decoded. None of them is to allocate anything: run it with {@code -prof gc}. Beside each
 * stands the same work with an answer, or a question, that is an object of its own.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SteadyPathBench {
  private static final int FILES = 1000;
  private static final int READ_BYTES = 4096;
  private static final int TRACKED = 100;

  /** Not a whole number of reads: the last one ends at the end of the file. */
  private static final int FILE_BYTES = (3 << 20) + 100;

  /** About as many names as a reply of a page has room for. */
  private static final int LISTED = 64;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment dst = arena.allocate(READ_BYTES);
  private final Attributes attributes = new Attributes();
  private final List<byte[]> names = new ArrayList<>();
  private Path dir = Path.of("");
  private @Nullable LayerFs library;
  private @Nullable ImageView view;
  private @Nullable Operation operation;
  private long big;
  private long sparse;
  private byte[] alias = {};
  private long pos;
  private int next;
  private long offset;
  private int listed;
  private final ImageView.DirectoryVisitor visitor =
      (name, length, inode, type, after) -> {
        offset = after;
        return ++listed % LISTED != 0;
      };

  @Setup
  public void open() throws IOException {
    dir = Files.createTempDirectory("ocifs-bench");
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      String name = "file" + i * 7919;
      names.add(ByteText.bytes(name));
      entries.add(Entry.file(name, name));
    }
    byte[] content = new byte[FILE_BYTES];
    new Random(1).nextBytes(content);
    entries.add(Entry.file("big", content));
    entries.add(Entry.hardLink("alias", "big"));
    alias = ByteText.bytes("alias");
    entries.add(Entry.file("sparse", content).sparse(0, FILE_BYTES / 4, FILE_BYTES / 2, 10_000));
    OciLayoutWriter.write(dir.resolve("layout"), TestImage.ofEntries(List.of(entries)));
    Store store = Store.open(dir.resolve("store"));
    LayerFs opened = LayerFs.open(store);
    library = opened;
    operation = opened.tracker().operation("bench");
    ImageView tree =
        opened.view(
            Images.open("oci:" + dir.resolve("layout"), OpenOptions.defaults(store)),
            IndexListener.NONE);
    view = tree;
    big = tree.lookup(ImageView.ROOT, ByteText.bytes("big"));
    sparse = tree.lookup(ImageView.ROOT, ByteText.bytes("sparse"));
  }

  @TearDown
  public void close() throws IOException {
    view().close();
    Objects.requireNonNull(library).close();
    arena.close();
    Folders.delete(dir);
  }

  private ImageView view() {
    return Objects.requireNonNull(view);
  }

  private int nextName() {
    next = next + 1 < FILES ? next + 1 : 0;
    return next;
  }

  private long nextPos() {
    pos = pos + READ_BYTES < FILE_BYTES ? pos + READ_BYTES : 0;
    return pos;
  }

  @Benchmark
  public long lookup() throws IOException {
    return view().lookup(ImageView.ROOT, names.get(nextName()));
  }

  @Benchmark
  public long lookupOfCopy() throws IOException {
    return view().lookup(ImageView.ROOT, names.get(nextName()).clone());
  }

  @Benchmark
  public long attributes() throws IOException {
    view().attributes(2 + nextName(), attributes);
    return attributes.size;
  }

  @Benchmark
  public Attributes attributesAsObject() throws IOException {
    Attributes answer = new Attributes();
    view().attributes(2 + nextName(), answer);
    return answer;
  }

  @Benchmark
  public long list() throws IOException {
    view().list(ImageView.ROOT, offset < FILES - LISTED ? offset : 0, visitor);
    return offset;
  }

  @Benchmark
  public List<byte[]> listOfCopies() throws IOException {
    List<byte[]> answer = new ArrayList<>();
    view()
        .list(
            ImageView.ROOT,
            offset < FILES - LISTED ? offset : 0,
            (name, length, inode, type, after) -> {
              answer.add(Arrays.copyOf(name, length));
              offset = after;
              return answer.size() < LISTED;
            });
    return answer;
  }

  @Benchmark
  public int read() throws IOException {
    return view().read(big, nextPos(), dst);
  }

  @Benchmark
  public byte[] readOfArray() throws IOException {
    return array(big);
  }

  private byte[] array(long inode) throws IOException {
    byte[] answer = new byte[READ_BYTES];
    int n = view().read(inode, nextPos(), MemorySegment.ofArray(answer));
    return n == READ_BYTES ? answer : Arrays.copyOf(answer, n);
  }

  /** By a name that is a hard link: looked up, then read. */
  @Benchmark
  public int readHardLink() throws IOException {
    return view().read(view().lookup(ImageView.ROOT, alias), nextPos(), dst);
  }

  @Benchmark
  public byte[] lookupAndReadOfArray() throws IOException {
    return array(view().lookup(ImageView.ROOT, alias));
  }

  /** What the performance tracker adds to a read while it is off. */
  @Benchmark
  @OperationsPerInvocation(TRACKED)
  public long trackerOff() {
    Operation tracked = Objects.requireNonNull(operation);
    long sum = 0;
    for (int i = 0; i < TRACKED; i++) {
      long start = tracked.start();
      tracked.end(start);
      sum += start;
    }
    return sum;
  }

  /** Of a file with holes, most of which are in what is read. */
  @Benchmark
  public int readSparse() throws IOException {
    return view().read(sparse, nextPos(), dst);
  }

  @Benchmark
  public byte[] readSparseOfArray() throws IOException {
    return array(sparse);
  }
}
