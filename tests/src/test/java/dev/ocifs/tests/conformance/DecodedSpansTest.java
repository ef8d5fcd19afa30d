package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.LayerFsOptions;
import dev.ocifs.layerfs.objects.ObjectStats;
import dev.ocifs.layerfs.view.ImageView;
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
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Images are read the same whether decoded spans are kept on disk, found there, or spoilt there.
 */
class DecodedSpansTest {
  private static final LayerFsOptions KEPT =
      LayerFsOptions.defaults().withCacheBytes(1).withObjectBytes(64 << 20);

  @TempDir private Path temp;
  private byte[] content = {};
  private Path store = Path.of("");

  @BeforeEach
  void create() {
    store = temp.resolve("store");
    SplittableRandom random = new SplittableRandom(42);
    content = new byte[6 << 20];
    random.nextBytes(content);
    for (int i = 0; i < content.length / 2; i++) {
      content[i] = (byte) ('a' + (content[i] & 3)); // half of it yields to compression
    }
  }

  private String image(LayerBytes bytes) throws IOException {
    byte[] tar = TarWriter.tar(Entry.file("data", content));
    return "oci:"
        + new OciLayoutWriter()
            .image("test", TestImage.of(TestLayer.of(bytes, tar)))
            .writeTo(temp.resolve("image-" + bytes));
  }

  /** Opens the image in a process's life of its own, reads the file so often, and closes it. */
  private ObjectStats reads(String image, int times) throws IOException {
    Store opened = Store.open(store);
    try (LayerFs library = LayerFs.open(opened, KEPT)) {
      try (ImageView view =
          library.view(Images.open(image, OpenOptions.defaults(opened)), IndexListener.NONE)) {
        long inode = view.lookup(ImageView.ROOT, "data".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < times; i++) {
          byte[] read = new byte[content.length];
          assertThat(view.read(inode, 0, MemorySegment.ofArray(read))).isEqualTo(content.length);
          assertThat(read).isEqualTo(content);
        }
      }
      library.close(); // what waits is written, so that the figures are whole
      return library.objects();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = LayerBytes.class,
      names = {"GZIP", "ZSTD_FRAMES"})
  void spansReadTwiceAreFoundLater(LayerBytes bytes) throws IOException {
    String image = image(bytes);
    assertThat(reads(image, 1).writes()).isZero();
    ObjectStats second = reads(image, 2);
    assertThat(second.writes()).isPositive();
    assertThat(second.savedBytes()).isPositive();
    ObjectStats third = reads(image, 1);
    assertThat(third.hits()).isGreaterThanOrEqualTo(second.writes());
    assertThat(third.damaged()).isZero();
  }

  @Test
  void spoiltFilesAreNeverServed() throws IOException {
    String image = image(LayerBytes.GZIP);
    assertThat(reads(image, 2).writes()).isPositive();
    for (Path file : files()) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);
    }
    assertThat(reads(image, 1).damaged()).isPositive();
    assertThat(files()).isEmpty();
  }

  @Test
  void uncompressedLayersAreReadWhereTheyLie() throws IOException {
    ObjectStats stats = reads(image(LayerBytes.PLAIN), 3);
    assertThat(stats.misses()).isZero();
    assertThat(stats.writes()).isZero();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(store.resolve("ocifs/objects/spans"))) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
