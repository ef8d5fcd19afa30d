package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.layerfs.HydrationOptions;
import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.ViewStatus;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.Mount;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.Mounter;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images show the same files while and after the kernel takes to reading them by itself. */
class HydratedImagesTest {
  private static final MountOptions OPTIONS = MountOptions.defaults().withBackend("kernel");
  private static final int FILES = 120;

  @TempDir Path dir;
  private final Mounter mounter = new Mounter();
  private final TreeMap<String, byte[]> due = new TreeMap<>();
  private LayerFs layers;
  private Store store;
  private Path target;

  @BeforeEach
  void begin() throws IOException {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root");
    target = Files.createDirectory(dir.resolve("mount"));
    try {
      Mounter.check(target, OPTIONS);
    } catch (OcifsException e) {
      assumeTrue(false, e.getMessage());
    }
    store = Store.open(dir.resolve("store"));
    layers = LayerFs.open(store);
  }

  @AfterEach
  void end() {
    mounter.close();
    if (layers != null) {
      layers.close();
    }
  }

  private String image(LayerBytes bytes) throws IOException {
    SplittableRandom random = new SplittableRandom(4711);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      byte[] content = new byte[i % 10 == 0 ? random.nextInt(600_000) : random.nextInt(9_000)];
      random.nextBytes(content);
      due.put("dir/file" + i, content);
      entries.add(Entry.file("dir/file" + i, content));
    }
    byte[] sparse = new byte[3 << 20];
    java.util.Arrays.fill(sparse, 1 << 20, (1 << 20) + 5000, (byte) 7);
    due.put("sparse", sparse);
    entries.add(Entry.file("sparse", sparse.clone()).sparse(1 << 20, 5000));
    entries.add(Entry.hardLink("link", "dir/file0"));
    due.put("link", content("dir/file0"));
    entries.add(Entry.file("again", content("dir/file10")));
    due.put("again", content("dir/file10"));
    TestLayer upper = TestLayer.of(Entry.file("dir/file1", "upper"));
    due.put("dir/file1", new byte[] {'u', 'p', 'p', 'e', 'r'});
    TestImage image = TestImage.of(TestLayer.of(bytes, TarWriter.tar(entries)), upper);
    Path folder = dir.resolve("image");
    return "oci:" + new OciLayoutWriter().image("test", image).writeTo(folder);
  }

  private ImageView open(String image, boolean all) throws IOException {
    ImageView view =
        layers.view(Images.open(image, OpenOptions.defaults(store)), IndexListener.NONE);
    layers.hydrate(view, HydrationOptions.everything().withAll(all));
    return view;
  }

  private ViewStatus awaitDone(ImageView view) throws IOException {
    ViewStatus status = layers.status(view).orElseThrow();
    while (status.hydration() == ViewStatus.Hydration.RUNNING) {
      Thread.onSpinWait();
      status = layers.status(view).orElseThrow();
    }
    return status;
  }

  private byte[] content(String name) {
    return Objects.requireNonNull(due.get(name));
  }

  private void compareAll() throws IOException {
    for (var file : due.entrySet()) {
      assertThat(target.resolve(file.getKey())).hasBinaryContent(file.getValue());
    }
  }

  private List<Path> objects(String kind) throws IOException {
    try (Stream<Path> walk = Files.walk(store.files().resolve(kind))) {
      return walk.filter(Files::isRegularFile).toList();
    }
  }

  @ParameterizedTest
  @EnumSource(LayerBytes.class)
  void everyFileIsTheSameWhicheverWayItIsRead(LayerBytes bytes) throws Exception {
    try (ImageView view = open(image(bytes), true);
        Mount mount = mounter.mount(new MountRequest(view, target, "test", OPTIONS))) {
      assertThat(mount.backend()).isEqualTo("kernel");
      compareAll();
      ViewStatus status = awaitDone(view);
      assertThat(status.hydration()).isEqualTo(ViewStatus.Hydration.DONE);
      assertThat(status.nativeFiles()).isEqualTo(status.files()).isEqualTo(FILES + 2);
      assertThat(status.nativeBytes()).isEqualTo(status.bytes());
      compareAll();
      assertThat(layers.files().hits()).isPositive();
      long misses = layers.files().misses();

      try (FileChannel file =
          FileChannel.open(target.resolve("dir/file10"), StandardOpenOption.READ)) {
        byte[] content = content("dir/file10");
        MappedByteBuffer map = file.map(FileChannel.MapMode.READ_ONLY, 0, content.length);
        byte[] mapped = new byte[content.length];
        map.get(mapped);
        assertThat(mapped).isEqualTo(content);

        for (Path name : objects("places")) { // all is given up under the mount
          Files.delete(name);
        }
        for (Path name : objects("contents")) {
          Files.delete(name);
        }
        map.rewind().get(mapped);
        assertThat(mapped).isEqualTo(content);
      }
      compareAll();
      assertThat(layers.files().misses()).isGreaterThan(misses);
    }
  }

  @Test
  void readersWhoOpenAndCloseMeanwhileSeeNothing() throws Exception {
    try (ImageView view = open(image(LayerBytes.GZIP), true);
        Mount mount = mounter.mount(new MountRequest(view, target, "test", OPTIONS));
        ExecutorService readers = Executors.newFixedThreadPool(8)) {
      assertThat(mount.isNative()).isFalse();
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int seed = i;
        all.add(
            readers.submit(
                () -> {
                  SplittableRandom random = new SplittableRandom(seed);
                  List<String> names = List.copyOf(due.keySet());
                  for (int round = 0; round < 300; round++) {
                    String name = names.get(random.nextInt(names.size()));
                    assertThat(target.resolve(name)).hasBinaryContent(content(name));
                  }
                  return null;
                }));
      }
      for (Future<?> reader : all) {
        reader.get();
      }
      awaitDone(view);
      compareAll();
    }
  }

  @Test
  void whatIsReadBecomesNative() throws Exception {
    try (ImageView view = open(image(LayerBytes.GZIP), false);
        Mount mount = mounter.mount(new MountRequest(view, target, "test", OPTIONS))) {
      assertThat(mount.dir()).isEqualTo(target.toRealPath());
      assertThat(layers.status(view).orElseThrow().hydration())
          .isEqualTo(ViewStatus.Hydration.ON_READ);
      assertThat(target.resolve("dir/file0")).hasBinaryContent(content("dir/file0"));
      while (layers.status(view).orElseThrow().nativeFiles() == 0) {
        Thread.onSpinWait();
      }
      assertThat(target.resolve("link")).hasBinaryContent(content("dir/file0"));
      assertThat(layers.files().hits()).isPositive();
    }
  }

  @Test
  void aBackendWithoutAUseOfItMakesNothing() throws Exception {
    try (ImageView view = open(image(LayerBytes.GZIP), true)) {
      assertThat(layers.status(view).orElseThrow().hydration()).isEqualTo(ViewStatus.Hydration.OFF);
      assertThat(layers.status(view).orElseThrow().nativeFiles()).isZero();
    }
    assertThat(store.files()).doesNotExist();
  }
}
