package dev.ocifs.oci.lazy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed leaves what it fetched, and nothing that is wrong. */
@Timeout(120)
final class KilledProcessTest {
  private static final long SIZE = 64 << 20;

  @TempDir Path dir;

  /** The process: fetches a blob, and tells when a quarter of it is here. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      Remote remote = Remote.prompt(SIZE);
      FetchQueue queue = new FetchQueue(FetchQueue.DEFAULT_PLACES, 0, Timing.SYSTEM);
      try (LazyBlob blob =
          LazyBlob.open(
              Store.open(Path.of(args[0])),
              remote.digest(),
              SIZE,
              remote,
              queue,
              LazyOptions.DEFAULT)) {
        byte[] buffer = new byte[1 << 20];
        for (long pos = 0; pos < SIZE; pos += buffer.length) {
          blob.readOnce(pos, buffer, 0, buffer.length);
          if (pos == SIZE / 4) {
            System.out.println("a quarter");
          }
        }
      }
    }
  }

  @Test
  void whatItFetchedIsHereAndRight() throws Exception {
    Path root = dir.resolve("store");
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:-UsePerfData",
                    Child.class.getName(),
                    root.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(child.inputReader(US_ASCII).readLine()).isEqualTo("a quarter");
    } finally {
      child.destroyForcibly().waitFor();
    }
    Remote remote = Remote.prompt(SIZE);
    Bench bench = new Bench(root);
    try (LazyBlob blob = bench.open(remote)) {
      long present = blob.state().presentBytes();
      assertThat(present).isGreaterThanOrEqualTo(SIZE / 4);
      for (long pos = 0; pos < SIZE; pos += 4 << 20) {
        Bench.read(blob, remote, pos, 4 << 20);
      }
      assertThat(remote.requestedBytes()).isEqualTo(SIZE - present);
      blob.complete(bytes -> {});
      assertThat(blob.trusted()).isTrue();
    }
  }
}
