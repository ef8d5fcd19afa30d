package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.tests.image.ByteText;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import dev.ocifs.tests.model.TreeListing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store keeps, and what happens when that, or the image, is no longer what it was. */
class StoreTest {
  @TempDir Path dir;
  private Path layout;
  private Path store;
  private String image;
  private TreeListing expected;

  @BeforeEach
  void image() throws IOException {
    byte[] content = new byte[5_000_000];
    Random random = new Random(2);
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt() : i >> 7);
    }
    layout = dir.resolve("layout");
    store = dir.resolve("store");
    OciLayoutWriter.write(
        layout,
        TestImage.of(
            TestLayer.of(Entry.file("big", content)),
            TestLayer.of(LayerBytes.ZSTD, TarWriter.tar(Entry.file("small", "1")))));
    image = "oci:" + layout;
    expected = Opened.listing(image, store);
  }

  private List<Path> files(String below) throws IOException {
    try (Stream<Path> files = Files.walk(store.resolve(below))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  /** The blob of the large layer. */
  private Path blob() throws IOException {
    try (Stream<Path> files = Files.walk(layout.resolve("blobs"))) {
      return files.filter(f -> f.toFile().length() > 100_000).findFirst().orElseThrow();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) at] ^= 0x10;
    Files.write(file, bytes);
  }

  @Test
  void aSecondOpenReadsNoLayer() throws IOException {
    byte[] original = Files.readAllBytes(blob());
    Files.write(blob(), new byte[original.length]);
    try (ImageView view = Opened.view(image, store)) {
      assertThat(view.inodeCount()).isEqualTo(3);
    }
    Files.write(blob(), original);
    assertThat(Opened.listing(image, store).differences(expected)).isEmpty();
  }

  @Test
  void damagedDerivedFilesAreMadeAgain() throws IOException {
    for (String folder : List.of("ocifs/layers", "ocifs/trees")) {
      for (Path file : files(folder)) {
        // Where a file says what it is: damage that opening sees.
        flip(file, 9);
        assertThat(Opened.listing(image, store).differences(expected)).as("%s", file).isEmpty();
        Files.write(file, new byte[0]);
        assertThat(Opened.listing(image, store).differences(expected)).as("%s", file).isEmpty();
        Files.delete(file);
        assertThat(Opened.listing(image, store).differences(expected)).as("%s", file).isEmpty();
      }
    }
  }

  @Test
  void damageAnywhereNeverGivesOtherBytes() throws IOException {
    Random random = new Random(3);
    for (String folder : List.of("ocifs/layers", "ocifs/trees")) {
      for (Path file : files(folder)) {
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < 20; i++) {
          byte[] bad = good.clone();
          bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
          // A new file, as a mapping of the old one would change with it.
          Files.delete(file);
          Files.write(file, bad);
          try {
            assertThat(Opened.listing(image, store).differences(expected)).isEmpty();
          } catch (OcifsException e) {
            assertThat(e.kind()).isEqualTo(OcifsException.Kind.STORE);
            assertThat(e).hasMessageContaining("damaged");
          }
        }
        Files.delete(file);
        Files.write(file, good);
      }
    }
  }

  @Test
  void aBlobThatHasChangedGivesErrorsNotOtherBytes() throws IOException {
    flip(blob(), Files.size(blob()) / 2);
    try (ImageView view = Opened.view(image, store)) {
      long big = view.lookup(ImageView.ROOT, ByteText.bytes("big"));
      assertThatThrownBy(() -> ViewLister.list(view)).isInstanceOf(OcifsException.class);
      // The spans before the damage are as they were, and so are other files.
      byte[] start = new byte[1000];
      assertThat(view.read(big, 0, MemorySegment.ofArray(start))).isEqualTo(1000);
      long small = view.lookup(ImageView.ROOT, ByteText.bytes("small"));
      assertThat(view.read(small, 0, MemorySegment.ofArray(start))).isEqualTo(1);
    }
  }

  @Test
  void aBlobThatIsCutShortIsAnErrorOfThatRead() throws IOException {
    try (ImageView view = Opened.view(image, store)) {
      long big = view.lookup(ImageView.ROOT, ByteText.bytes("big"));
      assertThat(view.read(big, 0, MemorySegment.ofArray(new byte[10]))).isEqualTo(10);
      Files.write(blob(), new byte[1000]);
      assertThatThrownBy(() -> ViewLister.list(view))
          .isInstanceOf(OcifsException.class)
          .hasMessageContaining("shorter");
      long small = view.lookup(ImageView.ROOT, ByteText.bytes("small"));
      assertThat(view.read(small, 0, MemorySegment.ofArray(new byte[10]))).isEqualTo(1);
    }
    assertThatThrownBy(() -> Opened.view(image, store).close())
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.MISMATCH));
  }

  @Test
  void aBlobThatIsCutShortBeforeItsFirstReadIsNotTheLayer() throws IOException {
    try (ImageView view = Opened.view(image, store)) {
      Files.write(blob(), new byte[1000]);
      assertThatThrownBy(() -> ViewLister.list(view))
          .isInstanceOf(OcifsException.class)
          .hasMessageContaining("has 1000 bytes, its descriptor says");
    }
  }

  @Test
  void inodeNumbersAreTheSameInAnotherStore() throws IOException {
    try (ImageView here = Opened.view(image, store);
        ImageView there = Opened.view(image, dir.resolve("other"))) {
      for (String name : List.of("big", "small")) {
        assertThat(here.lookup(ImageView.ROOT, ByteText.bytes(name)))
            .isEqualTo(there.lookup(ImageView.ROOT, ByteText.bytes(name)))
            .isPositive();
      }
    }
  }

  @Test
  void processesThatIndexTheSameLayerEndWithOneGoodIndex() throws Exception {
    Path shared = dir.resolve("shared");
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  OpenInChild.class.getName(),
                  image,
                  shared.toString())
              .redirectErrorStream(true)
              .start());
    }
    for (Process process : processes) {
      String output =
          new String(
              process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      assertThat(output.strip()).isEqualTo(Integer.toString(expected.lines().hashCode()));
    }
    try (Stream<Path> left = Files.list(shared.resolve("ocifs/tmp"))) {
      assertThat(left).isEmpty();
    }
    assertThat(Opened.listing(image, shared).differences(expected)).isEmpty();
  }

  @Test
  void manyThreadsReadTheSameBytes() throws Exception {
    try (ImageView view = Opened.view(image, store);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<TreeListing>> listings = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        listings.add(threads.submit(() -> ViewLister.list(view)));
      }
      for (Future<TreeListing> listing : listings) {
        assertThat(listing.get().differences(expected)).isEmpty();
      }
    }
  }

  @Test
  void theStoreIsTheUsersAlone() throws IOException {
    assertThat(Files.getPosixFilePermissions(store))
        .isEqualTo(java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    Files.setPosixFilePermissions(
        store, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> Opened.listing(image, store))
        .hasMessageContaining("may be written by others");
  }

  @Test
  void otherVersionsAreErrorsOfTheirOwn() throws IOException {
    Path version = store.resolve("ocifs/VERSION");
    for (String[] pair :
        new String[][] {
          {"ocifs-store 99\n", "too new"}, {"ocifs-store 0\n", "no longer reads"}, {"x", "damaged"}
        }) {
      Files.writeString(version, pair[0]);
      assertThatThrownBy(() -> Opened.listing(image, store)).hasMessageContaining(pair[1]);
    }
  }
}
