package dev.ocifs.tests.bench.mount;

import static java.util.Objects.requireNonNull;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.OpenResult;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.MountResult;
import dev.ocifs.mount.Mounter;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.bench.Folders;
import dev.ocifs.tests.bench.codec.Content;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * All images of a layout are mounted: opened, indexed, merged and served. One after the other as
 * commands do that know nothing of each other, each with its own library over the one store (in one
 * JVM all the same: what starting JVMs takes is not counted); one after the other with a library
 * that they share; and as a batch. Unmounting is not counted.
 *
 * <p>Needs a machine on which this user may mount.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@Fork(1)
public class BatchMountBench {
  private static final int LAYER_FILES = 300;
  private static final int FILE_BYTES = 6 << 10;

  /** Images of a layout. */
  public enum Layout {
    /** 20 images: three layers of all, one of each five, and a small one of its own. */
    SHARING {
      @Override
      List<TestImage> images(byte[] content) {
        List<TestLayer> base = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          base.add(layer("base" + i, LAYER_FILES, content));
        }
        List<TestImage> images = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          if (i % 5 == 0) {
            base = new ArrayList<>(base.subList(0, 3));
            base.add(layer("kind" + i, LAYER_FILES, content));
          }
          List<TestLayer> layers = new ArrayList<>(base);
          layers.add(layer("own" + i, LAYER_FILES / 10, content));
          images.add(TestImage.of(layers));
        }
        return images;
      }
    },

    /** 100 images of one small layer. */
    SINGLE {
      @Override
      List<TestImage> images(byte[] content) {
        List<TestImage> images = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          images.add(TestImage.of(layer("own" + i, LAYER_FILES / 10, content)));
        }
        return images;
      }
    };

    abstract List<TestImage> images(byte[] content);

    private static TestLayer layer(String name, int files, byte[] content) {
      List<Entry> entries = new ArrayList<>();
      int at = name.hashCode() & 0xffff;
      for (int i = 0; i < files; i++) {
        at = (at + FILE_BYTES) % (content.length - FILE_BYTES);
        entries.add(
            Entry.file(
                name + "/d" + i / 20 + "/f" + i, Arrays.copyOfRange(content, at, at + FILE_BYTES)));
      }
      return TestLayer.of(entries);
    }
  }

  @Param public Layout layout = Layout.SHARING;

  /** Whether the store has seen the images before, as every one but the first time. */
  @Param({"false", "true"})
  public boolean indexed;

  private Path folder = Path.of("");
  private List<String> names = List.of();
  private List<Path> dirs = List.of();

  private Path root = Path.of("");
  private @Nullable Store store;
  private @Nullable Mounter mounter;
  private final List<LayerFs> libraries = new ArrayList<>();
  private final List<ImageView> views = new ArrayList<>();

  @Setup(Level.Trial)
  public void write() throws IOException {
    folder = Folders.onDisk("mount-bench-");
    OciLayoutWriter writer = new OciLayoutWriter();
    names = new ArrayList<>();
    dirs = new ArrayList<>();
    for (TestImage image : layout.images(Content.BINARIES.bytes(4 << 20))) {
      String tag = "i" + names.size();
      writer.image(tag, image);
      names.add("oci:" + folder.resolve("layout") + ":" + tag);
      dirs.add(Files.createDirectories(folder.resolve("mnt").resolve(tag)));
    }
    writer.writeTo(folder.resolve("layout"));
  }

  @TearDown(Level.Trial)
  public void delete() throws IOException {
    Folders.delete(folder);
  }

  @Setup(Level.Invocation)
  public void prepare() throws IOException {
    root = Files.createTempDirectory(folder, "store");
    store = Store.open(root);
    if (indexed) {
      LayerFs first = library();
      for (String name : names) {
        first.view(image(name), IndexListener.NONE).close();
      }
      first.close();
    }
    mounter = new Mounter();
    mounter.prepare(MountOptions.defaults().backend());
  }

  @TearDown(Level.Invocation)
  public void unmount() throws IOException {
    requireNonNull(mounter).close();
    for (ImageView view : views) {
      view.close();
    }
    views.clear();
    libraries.forEach(LayerFs::close);
    libraries.clear();
    Folders.delete(root);
  }

  @Benchmark
  public void eachWithItsOwn() throws IOException {
    for (int i = 0; i < names.size(); i++) {
      mountNext(library(), i);
    }
  }

  @Benchmark
  public void oneAtATime() throws IOException {
    LayerFs library = library();
    for (int i = 0; i < names.size(); i++) {
      mountNext(library, i);
    }
  }

  @Benchmark
  public void batch() throws IOException {
    List<MountRequest> requests = new ArrayList<>();
    OpenOptions options = OpenOptions.defaults(requireNonNull(store));
    for (OpenResult opened : library().openAll(names, options, IndexListener.NONE)) {
      ImageView view = opened.view().orElseThrow();
      views.add(view);
      requests.add(request(view, requests.size()));
    }
    for (MountResult result : requireNonNull(mounter).mountAll(requests, false)) {
      if (result.failure().isPresent()) {
        throw result.failure().get();
      }
    }
  }

  private void mountNext(LayerFs library, int i) throws IOException {
    requireNonNull(mounter).mount(request(library, image(names.get(i)), i));
  }

  private LayerFs library() {
    LayerFs library = LayerFs.open(requireNonNull(store));
    libraries.add(library);
    return library;
  }

  private Image image(String name) throws IOException {
    return Images.open(name, OpenOptions.defaults(requireNonNull(store)));
  }

  private MountRequest request(LayerFs library, Image image, int i) throws IOException {
    ImageView view = library.view(image, IndexListener.NONE);
    views.add(view);
    return request(view, i);
  }

  private MountRequest request(ImageView view, int i) {
    return new MountRequest(view, dirs.get(i), names.get(i), MountOptions.defaults());
  }
}
