package dev.ocifs.layerfs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
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
    Objects.requireNonNull(FlightEvents.layerIndexed()).done(LAYER, 10, 20, 30);
    Objects.requireNonNull(FlightEvents.spanDecoded()).done(LAYER, 7, 65536);
    Objects.requireNonNull(FlightEvents.mountPhase()).done("merge", "oci:x");
    FlightEvents.cacheEvicted("chunks", 4096);
  }

  /** In a JVM of its own: loading the first of these classes takes longer than a mount. */
  @Test
  void withoutARecorderNoClassOfEventsIsLoaded() throws Exception {
    Path log = folder.resolve("log");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load",
                "-cp",
                System.getProperty("java.class.path"),
                Unrecorded.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(child.waitFor()).isZero();
    assertThat(Files.readString(log))
        .contains(FlightEvents.class.getName())
        .doesNotContain("SpanDecodedEvent", "CacheEvictionEvent", "LayerIndexedEvent")
        .doesNotContain("jdk.jfr.Event");
  }

  /** What the child runs; exits with 1 when an event began. */
  static final class Unrecorded {
    private Unrecorded() {}

    public static void main(String[] args) {
      FlightEvents.cacheEvicted("chunks", 1);
      SpanDecodedEvent span = FlightEvents.spanDecoded();
      if (span != null) {
        span.done(LAYER, 1, 1);
      }
      boolean none =
          span == null && FlightEvents.layerIndexed() == null && FlightEvents.mountPhase() == null;
      System.exit(none ? 0 : 1);
    }
  }

  private static RecordedEvent only(List<RecordedEvent> events, String name) {
    List<RecordedEvent> named =
        events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
    assertThat(named).as(name).hasSize(1);
    return named.get(0);
  }
}
