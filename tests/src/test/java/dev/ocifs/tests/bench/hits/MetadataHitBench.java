package dev.ocifs.tests.bench.hits;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.cache.MetadataKey;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.bench.Folders;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
 * 200 accesses to the indices of 20 layers, or to the trees of 20 images: each opened, asked for
 * one thing and closed; and found opened by the metadata cache.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MetadataHitBench {
  private static final int ACCESSES = 200;
  private static final int IMAGES = 20;
  private static final int FILES = 300;

  private Path folder = Path.of("");
  private final List<Path> indexFiles = new ArrayList<>();
  private final List<MetadataKey<LayerIndex>> indexKeys = new ArrayList<>();
  private final List<Path> treeFiles = new ArrayList<>();
  private final List<MetadataKey<ImageTree>> treeKeys = new ArrayList<>();
  private final MetadataCache cache = new MetadataCache(4 * IMAGES, Long.MAX_VALUE);

  @Setup
  public void index() throws IOException {
    folder = Folders.onDisk("hit-bench-");
    Store store = Store.open(folder.resolve("store"));
    OciLayoutWriter writer = new OciLayoutWriter();
    for (int i = 0; i < IMAGES; i++) {
      writer.image("i" + i, image(i));
    }
    Path layout = writer.writeTo(folder.resolve("layout"));
    try (LayerFs library = LayerFs.open(store)) {
      for (int i = 0; i < IMAGES; i++) {
        Image image = Images.open("oci:" + layout + ":i" + i, OpenOptions.defaults(store));
        Digest diffId = image.layers().get(0).diffId();
        library.view(image, IndexListener.NONE).close();
        Digest chainId = ChainId.of(List.of(diffId));
        treeFiles.add(store.tree(chainId));
        treeKeys.add(new MetadataKey<>(ImageTree.class, chainId));
        indexKeys.add(new MetadataKey<>(LayerIndex.class, diffId));
      }
    }
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(store.layerIndex("any").getParent(), "*" + suffix(store))) {
      files.forEach(indexFiles::add);
    }
    if (indexFiles.size() != IMAGES) {
      throw new IllegalStateException(indexFiles.size() + " indices");
    }
  }

  private static TestImage image(int i) {
    List<Entry> entries = new ArrayList<>();
    for (int j = 0; j < FILES; j++) {
      entries.add(Entry.file("image" + i + "/d" + j / 20 + "/f" + j, "content of " + j));
    }
    return TestImage.of(TestLayer.of(entries));
  }

  private static String suffix(Store store) throws IOException {
    String name = store.layerIndex("any").getFileName().toString();
    return name.substring("any".length());
  }

  @TearDown
  public void delete() throws IOException {
    cache.close();
    Folders.delete(folder);
  }

  @Benchmark
  public long openedIndices() throws IOException {
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      try (LayerIndex index = LayerIndex.open(indexFiles.get(i % IMAGES))) {
        sum += index.spanCount();
      }
    }
    return sum;
  }

  @Benchmark
  public long cachedIndices() throws IOException {
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      int at = i % IMAGES;
      try (Lease<LayerIndex> lease =
          cache.get(
              indexKeys.get(at), () -> LayerIndex.open(indexFiles.get(at)), LayerIndex::bytes)) {
        sum += lease.value().spanCount();
      }
    }
    return sum;
  }

  @Benchmark
  public long openedTrees() throws IOException {
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      try (ImageTree tree = ImageTree.open(treeFiles.get(i % IMAGES))) {
        sum += tree.inodeCount();
      }
    }
    return sum;
  }

  @Benchmark
  public long cachedTrees() throws IOException {
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      int at = i % IMAGES;
      try (Lease<ImageTree> lease =
          cache.get(treeKeys.get(at), () -> ImageTree.open(treeFiles.get(at)), ImageTree::bytes)) {
        sum += lease.value().inodeCount();
      }
    }
    return sum;
  }
}
