package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.LayerFsOptions;
import dev.ocifs.layerfs.cache.ChunkBounds;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ServerFlagsTest {
  private static ServerFlags parse(String... args) {
    return CommandLine.populateCommand(new ServerFlags(), args);
  }

  @Test
  void givesTheDefaultsWithoutOptions() throws IOException {
    assertThat(parse().options()).isEqualTo(LayerFsOptions.defaults());
    assertThat(parse().areGiven()).isFalse();
    assertThat(LayerFsOptions.defaults().objectBytes()).isZero();
    assertThat(LayerFsOptions.defaults().chunks().idle()).isZero();
  }

  @Test
  void boundsMemoryAndDisk() throws IOException {
    ServerFlags flags =
        parse("--cache-bytes=64M", "--cache-max-entry=2M", "--cache-ttl=90", "--objects=3G");
    assertThat(flags.options())
        .isEqualTo(
            LayerFsOptions.defaults()
                .withChunks(new ChunkBounds(64 << 20, 2 << 20, Duration.ofSeconds(90)))
                .withObjectBytes(3L << 30));
  }

  @Test
  void changesWhatAProfileSays() throws IOException {
    assertThat(parse("--profile=PRODUCTION", "--cache-ttl=5").options().chunks())
        .isEqualTo(LayerFsOptions.production().chunks().withIdle(Duration.ofSeconds(5)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--cache-max-entry=1k", "--cache-ttl=1", "--objects=1G"})
  void knowsWhatARunningServerDoesNotHeed(String flag) {
    assertThat(parse(flag).areGiven()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--cache-max-entry=4G", "--cache-ttl=0", "--objects=none"})
  void refusesWhatIsNoSize(String flag) {
    assertThatThrownBy(() -> parse(flag).options())
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining(flag.substring(0, flag.indexOf('=')));
  }

  @Test
  void listsObjectsAmongTheTiersWhereTheyAreKept(@TempDir Path folder) throws IOException {
    Store store = Store.open(folder);
    try (LayerFs without = LayerFs.open(store, parse().options());
        LayerFs with = LayerFs.open(store, parse("--objects=1M").options())) {
      assertThat(StatsReport.tiers(without))
          .extracting(StatsReport.Cache::tier)
          .containsExactly("metadata", "chunks");
      assertThat(StatsReport.tiers(with))
          .extracting(StatsReport.Cache::tier)
          .containsExactly("metadata", "chunks", "objects");
      assertThat(with.metrics().toPrometheus())
          .contains("ocifs_cache_hits_total{tier=\"objects\"} 0", "ocifs_objects_saved_bytes 0");
    }
  }
}
