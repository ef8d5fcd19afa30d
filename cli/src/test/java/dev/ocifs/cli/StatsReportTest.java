package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatsReportTest {
  private static final StatsReport FULL =
      new StatsReport(
          4711,
          125_000_000_000L,
          List.of(new StatsReport.Mount("/mnt/a\u001b[1m", "oci:/x:app", "jnr-fuse")),
          List.of(
              new StatsReport.Cache("metadata", 995, 5, 1, 4, 12_000, 1_000_000),
              new StatsReport.Cache("chunks", 0, 0, 0, 0, 0, 48_000_000)),
          List.of(new StatsReport.Pool("gzip", "in_use=2/8 exhausted=0 avg_wait_us=3")),
          31_000_000,
          144_000_000);
  private static final StatsReport EMPTY =
      new StatsReport(1, 0, List.of(), List.of(), List.of(), 0, 1);

  @Test
  void tellsPeople() {
    assertThat(FULL.text())
        .containsExactly(
            "Server:  process 4711, up 2 min 5 s",
            "Heap:    31 MB of 144 MB",
            "Mounts:  1",
            "",
            "DIRECTORY      IMAGE       BACKEND",
            "/mnt/a\\x1b[1m  oci:/x:app  jnr-fuse",
            "",
            "TIER      HIT RATE  HITS  MISSES  EVICTIONS  ENTRIES  SIZE   LIMIT",
            "metadata  99.5 %    995   5       1          4        12 kB  1.0 MB",
            "chunks    -         0     0       0          0        0 B    48 MB",
            "",
            "Pool gzip: in_use=2/8 exhausted=0 avg_wait_us=3");
  }

  @Test
  void tellsPeopleOfAnIdleServer() {
    assertThat(EMPTY.text())
        .containsExactly("Server:  process 1, up 0 ns", "Heap:    0 B of 1 B", "Mounts:  0");
  }

  @Test
  void tellsPrograms() {
    assertThat(JsonReader.object(FULL.json()))
        .isEqualTo(
            Map.of(
                "pid",
                4711L,
                "uptimeNanos",
                125_000_000_000L,
                "heapUsedBytes",
                31_000_000L,
                "heapMaxBytes",
                144_000_000L,
                "mounts",
                List.of(
                    Map.of(
                        "directory",
                        "/mnt/a\u001b[1m",
                        "image",
                        "oci:/x:app",
                        "backend",
                        "jnr-fuse")),
                "caches",
                List.of(
                    cache("metadata", 995, 5, 1, 4, 12_000, 1_000_000),
                    cache("chunks", 0, 0, 0, 0, 0, 48_000_000)),
                "pools",
                List.of(Map.of("name", "gzip", "line", "in_use=2/8 exhausted=0 avg_wait_us=3"))));
    assertThat(JsonReader.object(EMPTY.json()))
        .containsEntry("mounts", List.of())
        .containsEntry("caches", List.of())
        .containsEntry("pools", List.of());
  }

  private static Map<String, Object> cache(
      String tier,
      long hits,
      long misses,
      long evictions,
      long entries,
      long bytes,
      long maxBytes) {
    return Map.of(
        "tier",
        tier,
        "hits",
        hits,
        "misses",
        misses,
        "evictions",
        evictions,
        "entries",
        entries,
        "bytes",
        bytes,
        "maxBytes",
        maxBytes);
  }

  @Test
  void tellsWhatHappenedSince() {
    StatsReport.Cache before = new StatsReport.Cache("t", 10, 4, 2, 9, 90, 100);
    StatsReport.Cache now = new StatsReport.Cache("t", 13, 5, 2, 8, 80, 100);
    assertThat(now.since(before)).isEqualTo(new StatsReport.Cache("t", 3, 1, 0, 8, 80, 100));
    assertThat(now.since(before).hitRate()).isEqualTo("75.0 %");
    assertThat(now.since(now).hitRate()).isEqualTo("-");
  }
}
