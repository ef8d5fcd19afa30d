package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What views of one library share, and what one mount learns from the one before. */
@Timeout(60)
class SharedCachesTest {
  @TempDir Path folder;
  private Path layout = Path.of("");

  @BeforeEach
  void write() throws IOException {
    List<Entry> base = List.of(Entry.file("f", "content of f"));
    layout =
        new OciLayoutWriter()
            .image("one", TestImage.ofEntries(List.of(base)))
            .image("two", TestImage.ofEntries(List.of(base, List.of(Entry.file("g", "g")))))
            .writeTo(folder.resolve("image"));
  }

  private LayerFs library() throws IOException {
    return LayerFs.open(Store.open(folder.resolve("store")));
  }

  private ImageView view(LayerFs layers, String tag) throws IOException {
    OpenOptions options = OpenOptions.defaults(Store.open(folder.resolve("store")));
    return layers.view(layers.image("oci:" + layout + ":" + tag, options), IndexListener.NONE);
  }

  private static String read(ImageView view, String name) throws IOException {
    byte[] bytes = new byte[100];
    long inode = view.lookup(ImageView.ROOT, name.getBytes(StandardCharsets.UTF_8));
    int n = view.read(inode, 0, MemorySegment.ofArray(bytes));
    return new String(bytes, 0, n, StandardCharsets.UTF_8);
  }

  @Test
  void imagesShareTheIndexAndTheChunksOfALayer() throws IOException {
    try (LayerFs layers = library();
        ImageView one = view(layers, "one");
        ImageView two = view(layers, "two")) {
      // Two manifests, configurations, layers and trees, the first layer found the second time,
      // and the layout's index, which is used only while an image is chosen.
      assertThat(layers.metadataCache().entries()).isEqualTo(9);
      assertThat(layers.metadataCache().pinned()).isEqualTo(8);
      assertThat(read(one, "f")).isEqualTo("content of f");
      assertThat(layers.chunkCache().misses()).isOne();
      assertThat(read(two, "f")).isEqualTo("content of f");
      assertThat(layers.chunkCache().misses()).as("decoded once for both").isOne();
    }
  }

  @Test
  void whatIsOpenIsPinnedAndWhatIsClosedIsKept() throws IOException {
    try (LayerFs layers = library()) {
      view(layers, "one").close();
      assertThat(layers.metadataCache().pinned()).isZero();
      assertThat(layers.metadataCache().entries()).isEqualTo(5);
      long misses = layers.metadataCache().misses();
      try (ImageView again = view(layers, "one")) {
        assertThat(read(again, "f")).isEqualTo("content of f");
        assertThat(layers.metadataCache().misses()).isEqualTo(misses);
      }
    }
  }

  @Test
  void documentsAreReadOnceAndWeighWhatTheyAreLong() throws IOException {
    OpenOptions options = OpenOptions.defaults(Store.open(folder.resolve("store")));
    String name = "oci:" + layout + ":one";
    try (LayerFs layers = library()) {
      try (Image image = layers.image(name, options)) {
        int manifest = image.manifest().orElseThrow().document().size();
        int config = image.config().document().size();
        long index = Files.size(layout.resolve("index.json"));
        assertThat(layers.metadataCache().pinned()).isEqualTo(2);
        assertThat(layers.metadataCache().bytes()).isEqualTo(index + manifest + config);
        Files.delete(blob(image.manifestDigest().orElseThrow()));
        Files.delete(blob(image.configDigest()));
      }
      assertThat(layers.metadataCache().pinned()).isZero();
      try (Image again = layers.image(name, options)) {
        assertThat(again.config().diffIds()).hasSize(1);
        assertThat(layers.metadataCache().misses()).isEqualTo(3);
      }
      assertThatThrownBy(() -> Images.open(name, options).close())
          .as("without the library nothing is kept")
          .isInstanceOf(OcifsException.class);
    }
  }

  @Test
  void anImageThatCannotBeOpenedHoldsNothing() throws IOException {
    OpenOptions options = OpenOptions.defaults(Store.open(folder.resolve("store")));
    String name = "oci:" + layout + ":two";
    try (Image image = Images.open(name, options)) {
      Files.delete(blob(image.configDigest()));
    }
    try (LayerFs layers = library()) {
      assertThatThrownBy(() -> layers.image(name, options).close())
          .isInstanceOf(OcifsException.class)
          .hasMessageContaining("missing");
      assertThat(layers.metadataCache().entries()).as("index and manifest").isEqualTo(2);
      assertThat(layers.metadataCache().pinned()).isZero();
    }
  }

  private Path blob(Digest digest) {
    return layout.resolve("blobs").resolve(digest.algorithm().id()).resolve(digest.hex());
  }

  @Test
  void aClosedLibraryLeavesOpenViewsWhole() throws IOException {
    LayerFs layers = library();
    try (ImageView view = view(layers, "two")) {
      layers.close();
      assertThat(read(view, "g")).isEqualTo("g");
    }
  }

  @Test
  void theNextMountDecodesAheadWhatTheLastOneRead() throws IOException {
    try (LayerFs layers = library();
        ImageView view = view(layers, "one")) {
      assertThat(read(view, "f")).isEqualTo("content of f");
    }
    try (LayerFs layers = library();
        ImageView view = view(layers, "one")) {
      layers.prefetch(view);
      while (layers.chunkCache().entries() == 0) {
        Thread.onSpinWait();
      }
      assertThat(read(view, "f")).isEqualTo("content of f");
      assertThat(layers.chunkCache().hits()).as("there before it was asked for").isOne();
    }
  }

  @Test
  void aLayerThatIsReadInOrderIsDecodedAhead() throws IOException {
    byte[] content = new byte[8 << 20];
    new Random(1).nextBytes(content);
    new OciLayoutWriter()
        .image("big", TestImage.ofEntries(List.of(List.of(Entry.file("f", content)))))
        .writeTo(layout);
    try (LayerFs layers = library();
        ImageView view = view(layers, "big")) {
      long inode = view.lookup(ImageView.ROOT, new byte[] {'f'});
      MemorySegment oneByte = MemorySegment.ofArray(new byte[1]);
      for (long pos = 0; pos < 3 << 20; pos += 1 << 20) {
        assertThat(view.read(inode, pos, oneByte)).isOne();
      }
      // Each read touched one span: a fourth one is there only because it comes next.
      while (layers.chunkCache().entries() < 4) {
        Thread.onSpinWait();
      }
      assertThat(view.read(inode, 3 << 20, oneByte)).isOne();
      assertThat(layers.chunkCache().hits()).isPositive();
    }
  }

  @Test
  void aDamagedProfileIsAHintLess() throws IOException {
    try (LayerFs layers = library();
        ImageView view = view(layers, "one")) {
      assertThat(read(view, "f")).isEqualTo("content of f");
    }
    try (Stream<Path> profiles = Files.list(folder.resolve("store/ocifs/profiles"))) {
      Path profile = profiles.findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(profile);
      bytes[bytes.length / 2] ^= 1;
      Files.write(profile, bytes);
    }
    try (LayerFs layers = library();
        ImageView view = view(layers, "one")) {
      layers.prefetch(view);
      assertThat(read(view, "f")).isEqualTo("content of f");
    }
  }
}
