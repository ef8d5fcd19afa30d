package dev.ocifs.cli;

import static dev.ocifs.layerfs.LayerStatus.Source.INDEX;
import static dev.ocifs.layerfs.LayerStatus.Source.LOCAL;
import static dev.ocifs.layerfs.LayerStatus.Source.NO_INDEX;
import static dev.ocifs.layerfs.LayerStatus.Source.PUBLISHED_INDEX;
import static dev.ocifs.layerfs.LayerStatus.Source.TABLE_OF_CONTENTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.LayerStatus;
import dev.ocifs.layerfs.ViewStatus;
import dev.ocifs.mount.MountRegistry;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.source.RemoteState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusReportTest {
  private static final ViewStatus VIEW =
      new ViewStatus(
          List.of(layer('1', LOCAL, 100), layer('2', LOCAL, 100)),
          1000,
          4_000_000,
          10,
          1_000_000,
          ViewStatus.Hydration.FAILED,
          "disk\nfull");

  private static LayerStatus layer(char digit, LayerStatus.Source source, long present) {
    return new LayerStatus(
        new Digest(Digest.Algorithm.SHA256, String.valueOf(digit).repeat(64)),
        source,
        new RemoteState(100, present, 40, 70, 3, present == 100, Optional.empty()),
        Optional.empty());
  }

  @Test
  void tellsOfEachLayerWhatIsHereAndWhy() {
    ViewStatus lazy =
        VIEW.withLayers(
            List.of(
                layer('1', LOCAL, 100),
                layer('2', PUBLISHED_INDEX, 60),
                layer('3', TABLE_OF_CONTENTS, 100)));
    StatusReport report = report("kernel", 4711, Optional.of(lazy));
    assertThat(report.text())
        .contains(
            "LAYER         SIZE   HERE   FETCHED  SERVED  REQUESTS  STATE",
            "111111111111  100 B  100 B  40 B     70 B    3         complete",
            "222222222222  100 B  60 B   40 B     70 B    3         lazy: by a published index",
            "333333333333  100 B  100 B  40 B     70 B    3         complete");
    assertThat(report.json())
        .contains(
            "\"lazy\": true", "\"presentBytes\": 60", "\"why\": \"by its table of contents\"");
  }

  @Test
  void tellsWhyALayerIsNotLazyThatHasAnIndex() {
    ViewStatus view =
        VIEW.withLayers(
            List.of(refused(layer('1', INDEX, 100)), refused(layer('2', NO_INDEX, 60))));
    StatusReport report = report("kernel", 4711, Optional.of(view));
    assertThat(report.text())
        .anyMatch(line -> line.endsWith("complete; read as a whole: the table\\nlies"))
        .anyMatch(
            line -> line.endsWith("its index cannot be used; read as a whole: the table\\nlies"));
    assertThat(report.json()).contains("\"refused\": \"the table\\u000alies\"");
  }

  private static LayerStatus refused(LayerStatus layer) {
    return new LayerStatus(
        layer.layer(), layer.source(), layer.blob(), Optional.of("the table\nlies"));
  }

  private static StatusReport report(String backend, long pid, Optional<ViewStatus> view) {
    return new StatusReport(
        new MountRegistry.Record(
            "id",
            pid,
            7,
            Path.of("/mnt"),
            "oci:/x",
            backend,
            Instant.parse("2026-01-02T03:04:05Z"),
            Path.of("/log")),
        view,
        Optional.of(new StatsReport.Cache("chunks", 3, 1, 0, 0, 0, 0)));
  }

  @Test
  void tellsPeopleHowMuchIsNativeAndWhyNoMore() {
    assertThat(report("kernel", 4711, Optional.of(VIEW)).text())
        .containsExactly(
            "Directory:  /mnt",
            "Image:      oci:/x",
            "Backend:    kernel",
            "Since:      2026-01-02T03:04:05Z",
            "Layers:     2",
            "Files:      1000 with 4.0 MB",
            "Native:     10 with 1.0 MB (25.0 %)",
            "Hydration:  failed: disk\\nfull",
            "Chunks:     3 hits, 1 misses (75.0 %), of all mounts");
  }

  @Test
  void ofAMountThatLinuxServesAllIsNativeAndNothingHydrated() {
    for (long pid : new long[] {0, 4711}) {
      assertThat(report("erofs", pid, Optional.of(VIEW)).text())
          .contains(
              "Files:      1000 with 4.0 MB",
              "Native:     all, Linux reads it without a server",
              "Hydration:  not needed")
          .filteredOn(line -> line.startsWith("Native:") || line.startsWith("Hydration:"))
          .hasSize(2);
      assertThat(report("erofs", pid, Optional.empty()).json())
          .contains("\"native\": true", "\"state\": \"not-needed\"");
      assertThat(report("erofs", pid, Optional.of(VIEW)).json())
          .contains("\"nativeFiles\": 1000", "\"nativeBytes\": 4000000")
          .containsOnlyOnce("\"hydration\"");
    }
  }

  @Test
  void tellsProgramsTheStateAndItsReason() {
    assertThat(report("kernel", 4711, Optional.of(VIEW)).json())
        .contains(
            "\"native\": false",
            "\"nativeFiles\": 10",
            "\"state\": \"failed\"",
            "\"reason\": \"disk\\u000afull\"");
    assertThat(report("kernel", 4711, Optional.empty()).json()).doesNotContain("hydration");
  }
}
