package dev.ocifs.layerfs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsEventsTest {
  private static final Digest LAYER = new Digest(Digest.Algorithm.SHA256, "0123".repeat(16));

  @TempDir Path folder;

  @Test
  void flightRecorderSeesWhatHappened() throws IOException {
    Path file = folder.resolve("events.jfr");
    try (Recording recording = new Recording()) {
      enable(recording);
      recording.start();
      happen();
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    RecordedEvent indexed = only(events, "dev.ocifs.LayerIndexed");
    assertThat(indexed.getString("diffId")).isEqualTo(LAYER.toString());
    assertThat(indexed.getLong("compressedBytes")).isEqualTo(10);
    assertThat(indexed.getLong("bytes")).isEqualTo(20);
    assertThat(indexed.getLong("entries")).isEqualTo(30);
    RecordedEvent span = only(events, "dev.ocifs.SpanDecoded");
    assertThat(span.getString("diffId")).isEqualTo(LAYER.toString());
    assertThat(span.getInt("span")).isEqualTo(7);
    assertThat(span.getLong("bytes")).isEqualTo(65536);
    RecordedEvent phase = only(events, "dev.ocifs.MountPhase");
    assertThat(phase.getString("phase")).isEqualTo("merge");
    assertThat(phase.getString("image")).isEqualTo("oci:x");
    RecordedEvent eviction = only(events, "dev.ocifs.CacheEviction");
    assertThat(eviction.getString("tier")).isEqualTo("chunks");
    assertThat(eviction.getLong("bytes")).isEqualTo(4096);
  }

  @Test
  void nothingIsRecordedOfEventsThatNobodyAskedFor() throws IOException {
    Path file = folder.resolve("events.jfr");
    try (Recording recording = new Recording()) {
      enable(recording);
      recording.disable(SpanDecodedEvent.class);
      recording.start();
      happen();
      recording.stop();
      recording.dump(file);
    }
    assertThat(RecordingFile.readAllEvents(file))
        .extracting(event -> event.getEventType().getName())
        .containsExactlyInAnyOrder(
            "dev.ocifs.LayerIndexed", "dev.ocifs.MountPhase", "dev.ocifs.CacheEviction");
  }

  private static void enable(Recording recording) {
    recording.enable(LayerIndexedEvent.class);
    recording.enable(SpanDecodedEvent.class);
    recording.enable(MountPhaseEvent.class);
    recording.enable(CacheEvictionEvent.class);
  }

  private static void happen() {
    LayerIndexedEvent indexed = new LayerIndexedEvent();
    indexed.begin();
    indexed.done(LAYER, 10, 20, 30);
    SpanDecodedEvent span = new SpanDecodedEvent();
    span.begin();
    span.done(LAYER, 7, 65536);
    MountPhaseEvent phase = new MountPhaseEvent();
    phase.begin();
    phase.done("merge", "oci:x");
    CacheEvictionEvent.evicted("chunks", 4096);
  }

  private static RecordedEvent only(List<RecordedEvent> events, String name) {
    List<RecordedEvent> named =
        events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
    assertThat(named).as(name).hasSize(1);
    return named.get(0);
  }
}
