package dev.ocifs.tests.bench.catalog;

import dev.ocifs.layerfs.batch.BatchOptions;
import dev.ocifs.layerfs.catalog.Catalog;
import dev.ocifs.layerfs.catalog.CatalogOptions;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A thousand uses of a thousand objects: in batches of 500, in a transaction each, and in a
 * transaction each of SQLite as it comes, with a rollback journal and a sync for every write.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class CatalogWriteBench {
  private static final int WRITES = 1000;

  private final List<Digest> keys = new ArrayList<>();
  private Path folder = Path.of("");
  private Catalog catalog = new Catalog(folder, CatalogOptions.defaults());
  private @Nullable Connection plain;

  @Setup
  public void open() throws IOException, SQLException {
    for (int i = 0; i < WRITES; i++) {
      byte[] content = ("object " + i).getBytes(StandardCharsets.US_ASCII);
      keys.add(Hasher.hash(Digest.Algorithm.SHA256, content));
    }
    // Not in the temporary folder, which may be memory.
    folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "catalog-bench-");
    BatchOptions batch =
        BatchOptions.of("bench").withSizes(500, 10_000).withDelay(Duration.ofHours(1));
    catalog = new Catalog(folder.resolve("catalog.db"), CatalogOptions.defaults().withBatch(batch));
    plain = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("plain.db"));
    try (Statement statement = plain.createStatement()) {
      statement.executeUpdate(
          "CREATE TABLE objects (key TEXT PRIMARY KEY, kind TEXT, bytes INTEGER,"
              + " stored_bytes INTEGER, last_used INTEGER, uses INTEGER)");
      statement.executeUpdate("CREATE INDEX by_use ON objects (last_used, key)");
    }
  }

  @TearDown
  public void close() throws IOException, SQLException {
    catalog.close();
    if (plain != null) {
      plain.close();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }

  @Benchmark
  public long batched() {
    long before = catalog.writes().delivered();
    for (Digest key : keys) {
      catalog.addObjectUse(key, "text", 1000, 500);
    }
    catalog.flush();
    return checked(before);
  }

  @Benchmark
  public long oneAtATime() {
    long before = catalog.writes().delivered();
    for (Digest key : keys) {
      catalog.addObjectUse(key, "text", 1000, 500);
      catalog.flush();
    }
    return checked(before);
  }

  @Benchmark
  public int oneAtATimeAsSqliteComes() throws SQLException {
    int written = 0;
    Connection connection = Objects.requireNonNull(plain);
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO objects VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (key) DO UPDATE SET"
                + " last_used = excluded.last_used, uses = uses + 1")) {
      for (Digest key : keys) {
        statement.setString(1, key.toString());
        statement.setString(2, "text");
        statement.setLong(3, 1000);
        statement.setLong(4, 500);
        statement.setLong(5, System.currentTimeMillis());
        written += statement.executeUpdate();
      }
    }
    if (written != WRITES) {
      throw new IllegalStateException(written + " rows written");
    }
    return written;
  }

  private long checked(long before) {
    long delivered = catalog.writes().delivered() - before;
    if (delivered != WRITES) {
      throw new IllegalStateException(delivered + " changes written");
    }
    return delivered;
  }
}
