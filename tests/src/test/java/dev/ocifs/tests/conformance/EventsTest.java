package dev.ocifs.tests.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.LayerFsOptions;
import dev.ocifs.layerfs.metrics.OperationSummary;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.source.Image;
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
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the flight recorder and the performance tracker see of an image that is opened and read. */
class EventsTest {
  private static final byte[] CONTENT = "content of a file ".repeat(600).getBytes(UTF_8);

  /** Holds what is decoded of one layer, and not of two. */
  private static final int CACHE_BYTES = 3 * CONTENT.length;

  @TempDir Path folder;
  private String name = "";

  @BeforeEach
  void write() throws IOException {
    byte[] base = TarWriter.tar(Entry.file("a", CONTENT), Entry.file("b", CONTENT));
    byte[] top = TarWriter.tar(Entry.file("c", CONTENT), Entry.file("d", CONTENT));
    TestImage image =
        TestImage.of(TestLayer.of(LayerBytes.GZIP, base), TestLayer.of(LayerBytes.GZIP, top));
    name = "oci:" + new OciLayoutWriter().image("x", image).writeTo(folder.resolve("image"));
  }

  private static void read(LayerFs library, Store store, String name) throws IOException {
    Image image = library.image(name, OpenOptions.defaults(store));
    try (ImageView view = library.view(image, IndexListener.NONE)) {
      for (String file : List.of("a", "c")) {
        long inode = view.lookup(ImageView.ROOT, file.getBytes(UTF_8));
        byte[] bytes = new byte[CONTENT.length];
        assertThat(view.read(inode, 0, MemorySegment.ofArray(bytes))).isEqualTo(bytes.length);
        assertThat(bytes).isEqualTo(CONTENT);
      }
    }
  }

  @Test
  void theFlightRecorderSeesTheWayFromNameToContent() throws IOException {
    Path file = folder.resolve("events.jfr");
    Store store = Store.open(folder.resolve("store"));
    try (Recording recording = new Recording()) {
      for (String event : List.of("LayerIndexed", "MountPhase", "SpanDecoded", "CacheEviction")) {
        recording.enable("dev.ocifs." + event);
      }
      recording.start();
      LayerFsOptions options = LayerFsOptions.defaults().withCacheBytes(CACHE_BYTES);
      try (LayerFs library = LayerFs.open(store, options)) {
        read(library, store, name);
      }
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    RecordedEvent indexed = first(events, "LayerIndexed").orElseThrow();
    RecordedEvent decoded = first(events, "SpanDecoded").orElseThrow();
    assertThat(indexed.getLong("entries")).isEqualTo(2);
    assertThat(events)
        .filteredOn(event -> event.getEventType().getName().endsWith("LayerIndexed"))
        .extracting(event -> event.getString("diffId"))
        .hasSize(2)
        .contains(decoded.getString("diffId"));
    assertThat(indexed.getLong("bytes")).isGreaterThan(indexed.getLong("compressedBytes"));
    assertThat(events)
        .filteredOn(event -> event.getEventType().getName().endsWith("MountPhase"))
        .extracting(event -> event.getString("phase") + " of " + event.getString("image"))
        .containsExactly("resolve of " + name, "index of " + name);
    assertThat(events)
        .filteredOn(event -> event.getEventType().getName().endsWith("CacheEviction"))
        .extracting(event -> event.getString("tier"))
        .contains("chunks", "metadata");
  }

  private static Optional<RecordedEvent> first(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals("dev.ocifs." + name))
        .findFirst();
  }

  @Test
  void theTrackerTimesEachStepOnceItIsOn() throws IOException {
    Store store = Store.open(folder.resolve("store"));
    try (LayerFs library = LayerFs.open(store)) {
      read(library, store, name);
      assertThat(library.tracker().summary()).isEmpty();
      library.tracker().setEnabled(true);
      read(library, store, name);
      assertThat(library.tracker().summary())
          .allMatch(summary -> summary.count() == (summary.name().equals("view.read") ? 2 : 1))
          .extracting(OperationSummary::name)
          .containsExactly("image.resolve", "view.index", "view.read", "view.tree");
    }
  }
}
