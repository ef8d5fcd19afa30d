package dev.ocifs.layerfs.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheEvictionEventsTest {
  @TempDir Path folder;

  @Test
  void eachEvictionIsRecordedAndNothingElse() throws IOException {
    Path file = folder.resolve("events.jfr");
    try (Recording recording = new Recording();
        MetadataCache cache = new MetadataCache(2, 100)) {
      recording.enable("dev.ocifs.CacheEviction");
      recording.start();
      List<Integer> closed = new ArrayList<>();
      for (int id = 0; id < 4; id++) {
        Resource made = new Resource(id, closed);
        cache.get(Resource.key(id), () -> made, resource -> 10 + made.id).close();
      }
      cache.invalidate(Resource.key(0)); // not an eviction
      recording.stop();
      recording.dump(file);
      assertThat(cache.stats().evictions()).isEqualTo(2);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertThat(events)
        .extracting(event -> event.getString("tier") + " " + event.getLong("bytes"))
        .containsExactly("metadata 11", "metadata 12");
  }
}
