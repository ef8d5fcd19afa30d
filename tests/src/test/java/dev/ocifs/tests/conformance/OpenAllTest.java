package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.OpenResult;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.Lie;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many images opened by one call. */
@Timeout(60)
class OpenAllTest {
  private static final int IMAGES = 30;
  private static final List<Entry> BASE = List.of(Entry.file("base", "of all"));

  @TempDir Path folder;
  private Path layout = Path.of("");
  private LayerFs library;
  private OpenOptions options = OpenOptions.DEFAULT;

  /** Counts what layers are said to be read. */
  private static class Counter implements IndexListener {
    final AtomicInteger jobs = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();
    final AtomicLong promised = new AtomicLong();
    final AtomicLong read = new AtomicLong();

    @Override
    public void started(String image, long blobBytes) {
      jobs.incrementAndGet();
      open.incrementAndGet();
      promised.addAndGet(blobBytes);
    }

    @Override
    public void progressed(long blobBytes) {
      read.addAndGet(blobBytes);
    }

    @Override
    public void finished() {
      open.decrementAndGet();
    }
  }

  @BeforeEach
  void write() throws IOException {
    OciLayoutWriter writer = new OciLayoutWriter();
    for (int i = 0; i < IMAGES; i++) {
      writer.image("i" + i, image(i));
    }
    layout =
        writer.lie(Lie.LAYER_CONTENT).image("bad", image(IMAGES)).writeTo(folder.resolve("image"));
    Store store = Store.open(folder.resolve("store"));
    library = LayerFs.open(store);
    options = OpenOptions.defaults(store);
  }

  @AfterEach
  void close() {
    library.close();
  }

  private static TestImage image(int i) {
    return TestImage.ofEntries(List.of(BASE, List.of(Entry.file("own", "of " + i))));
  }

  private List<String> names() {
    return IntStream.range(0, IMAGES).mapToObj(i -> name("i" + i)).toList();
  }

  private String name(String tag) {
    return "oci:" + layout + ":" + tag;
  }

  @Test
  void opensEachInItsOrderAndReadsASharedLayerOnce() throws IOException {
    Counter counter = new Counter();
    List<OpenResult> results = library.openAll(names(), options, counter);
    assertThat(results).hasSize(IMAGES);
    for (int i = 0; i < IMAGES; i++) {
      assertThat(results.get(i).reference()).isEqualTo(name("i" + i));
      try (ImageView view = results.get(i).view().orElseThrow()) {
        long own = view.lookup(ImageView.ROOT, "own".getBytes(StandardCharsets.UTF_8));
        byte[] content = new byte[20];
        int n = view.read(own, 0, MemorySegment.ofArray(content));
        assertThat(new String(content, 0, n, StandardCharsets.UTF_8)).isEqualTo("of " + i);
      }
    }
    assertThat(counter.jobs).hasValue(1);
    assertThat(counter.open).hasValue(0);
    assertThat(counter.read).hasValue(distinctLayerBytes()).hasValue(counter.promised.get());
    assertThat(library.metadataCache().pinned()).isZero();
  }

  private long distinctLayerBytes() throws IOException {
    long bytes = 0;
    for (int i = 0; i < IMAGES; i++) {
      try (Image image = Images.open(name("i" + i), options)) {
        bytes += image.layers().get(1).size() + (i == 0 ? image.layers().get(0).size() : 0);
      }
    }
    return bytes;
  }

  @Test
  void oneThatFailsKeepsNoOtherFromBeingOpenedAndIsNamed() throws IOException {
    List<String> names = new ArrayList<>(names().subList(0, 3));
    names.add(1, name("bad"));
    names.add(name("missing"));
    List<OpenResult> results = library.openAll(names, options, IndexListener.NONE);
    assertThat(results.stream().map(r -> r.view().isPresent()))
        .containsExactly(true, false, true, true, false);
    assertThat(results.get(1).failure().orElseThrow())
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining(name("bad"));
    assertThat(results.get(4).failure().orElseThrow()).hasMessageContaining("missing");
    for (OpenResult result : results) {
      if (result.view().isPresent()) {
        result.view().get().close();
      }
    }
    assertThat(library.metadataCache().pinned()).isZero();
  }

  @Test
  void whatIsIndexedIsNotReadAgain() throws IOException {
    for (int round = 0; round < 2; round++) {
      Counter counter = new Counter();
      for (OpenResult result : library.openAll(names(), options, counter)) {
        result.view().orElseThrow().close();
      }
      assertThat(counter.jobs).hasValue(round == 0 ? 1 : 0);
    }
  }

  @Test
  void aListenerThatFailsLeavesNothingOpen() {
    IndexListener failing =
        new Counter() {
          @Override
          public void progressed(long blobBytes) {
            throw new IllegalStateException("as planned");
          }
        };
    assertThatThrownBy(() -> library.openAll(names(), options, failing))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("as planned");
    assertThat(library.metadataCache().pinned()).isZero();
  }
}
