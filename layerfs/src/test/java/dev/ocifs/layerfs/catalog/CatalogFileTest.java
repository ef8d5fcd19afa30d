package dev.ocifs.layerfs.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogFileTest {
  private static final Digest SOME = new Digest(Digest.Algorithm.SHA256, "0".repeat(64));
  private static final CatalogOptions OPTIONS = CatalogOptions.defaults();

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("catalog.db");
  }

  private <R> R with(Schema schema, SessionPool.Work<R> work) throws Exception {
    SessionPool pool = new CatalogFile(path(), OPTIONS, schema).open();
    try {
      return pool.writeBare(work);
    } finally {
      pool.close();
    }
  }

  private void execute(String... statements) throws Exception {
    with(
        new Schema(Sql.MIGRATIONS),
        session -> {
          for (String statement : statements) {
            session.run(statement);
          }
          return statements.length;
        });
  }

  private void fill() throws Exception {
    try (Catalog catalog = new Catalog(path(), OPTIONS)) {
      for (int i = 0; i < 200; i++) {
        catalog.recordImage("image" + i, SOME, List.of(SOME));
      }
    }
  }

  @Test
  void aFileHasTheSettingsThatItIsMadeFor() throws Exception {
    List<String> settings =
        with(
            new Schema(Sql.MIGRATIONS),
            session ->
                Stream.of(
                        "journal_mode",
                        "auto_vacuum",
                        "foreign_keys",
                        "busy_timeout",
                        "mmap_size",
                        "user_version",
                        "application_id",
                        "synchronous")
                    .map(
                        name -> {
                          try {
                            return session.texts("PRAGMA " + name).getFirst();
                          } catch (java.sql.SQLException e) {
                            throw new IllegalStateException(e);
                          }
                        })
                    .toList());
    assertThat(settings)
        .containsExactly("wal", "2", "1", "5000", "" + (64 << 20), "1", "" + 0x4F434653, "1");
  }

  @Test
  void anOlderFileIsBroughtToTheNewVersionWithItsRows() throws Exception {
    List<String> first = List.of("CREATE TABLE a (x)");
    List<String> second = List.of("CREATE TABLE b (y)", "INSERT INTO b SELECT x + 1 FROM a");
    with(
        new Schema(List.of(first)),
        session -> {
          session.run("INSERT INTO a VALUES (41)");
          return 0;
        });
    for (int open = 0; open < 2; open++) {
      List<List<String>> found =
          with(
              new Schema(List.of(first, second)),
              session ->
                  List.of(session.texts("SELECT y FROM b"), session.texts("PRAGMA user_version")));
      assertThat(found).containsExactly(List.of("42"), List.of("2"));
    }
    assertThat(asideExists()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRAGMA user_version = 99",
        "PRAGMA user_version = -1",
        "PRAGMA user_version = 0",
        "PRAGMA application_id = 7",
        "DROP TABLE accesses",
        "DROP INDEX objects_by_use",
        "CREATE TABLE more (x)"
      })
  void aFileOfAnotherKindIsSetAside(String statement) throws Exception {
    fill();
    execute(statement);
    assertIsMadeAnew();
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 512, 5000})
  void aFileOfNoiseIsSetAside(int bytes) throws Exception {
    byte[] noise = new byte[bytes];
    new Random(bytes).nextBytes(noise);
    Files.write(path(), noise);
    assertIsMadeAnew();
    assertThat(folder.resolve("catalog.db.set-aside")).hasBinaryContent(noise);
  }

  @Test
  void aFileThatWasCutOffOrOverwrittenIsMadeAnewOrHealthy() throws Exception {
    fill();
    byte[] whole = Files.readAllBytes(path());
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 40; round++) {
      byte[] broken = whole.clone();
      if (round % 2 == 0) {
        broken = java.util.Arrays.copyOf(whole, 512 + random.nextInt(whole.length - 512));
      } else {
        int at = round % 4 == 1 ? random.nextInt(200) : random.nextInt(whole.length - 600);
        for (int i = at; i < at + 600; i++) {
          broken[i] = (byte) random.nextInt();
        }
      }
      Files.write(path(), broken);
      try (Catalog catalog = new Catalog(path(), OPTIONS)) {
        catalog.recordImage("new", SOME, List.of(SOME));
        assertThat(catalog.listImages())
            .as("round %s, seed %s", round, seed)
            .extracting(CatalogImage::name)
            .contains("new");
        assertThat(catalog.statistics().skipped()).isZero();
        assertThat(catalog.writes().failed()).isZero();
      }
    }
    assertThat(asideExists()).isTrue();
  }

  @Test
  void aDamageThatShowsLaterIsSetAsideThen() throws Exception {
    fill();
    try (Catalog catalog = new Catalog(path(), OPTIONS)) {
      assertThat(catalog.listImages()).hasSize(200);
      execute("UPDATE images SET manifest = 'nonsense'");
      assertThat(catalog.listImages()).isEmpty();
      catalog.recordImage("new", SOME, List.of(SOME));
      assertThat(catalog.listImages()).hasSize(1);
      assertThat(catalog.statistics().setAside()).isOne();
    }
  }

  @Test
  void aFileWhoseLayersLieOnThemselvesIsSetAside() throws Exception {
    Digest other = new Digest(Digest.Algorithm.SHA256, "1".repeat(64));
    try (Catalog catalog = new Catalog(path(), OPTIONS)) {
      catalog.recordImage("a", SOME, List.of(SOME, other));
      catalog.recordImage("b", SOME, List.of(SOME, other));
    }
    execute(
        "UPDATE image_layers SET chain_id = (SELECT chain_id FROM image_layers a"
            + " WHERE a.image = 1 AND a.position = 1 - image_layers.position) WHERE image = 2");
    assertThat(new CatalogCheck(path()).damage())
        .hasValueSatisfying(
            why -> assertThat(why).matches("layers lie on themselves: (\\S+) -> \\S+ -> \\1"));
    assertThat(asideExists()).as("a check changes nothing").isFalse();
    assertIsMadeAnew();
  }

  private void assertIsMadeAnew() throws Exception {
    try (Catalog catalog = new Catalog(path(), OPTIONS)) {
      assertThat(catalog.listImages()).isEmpty();
      catalog.recordImage("new", SOME, List.of(SOME));
      assertThat(catalog.listImages()).hasSize(1);
      assertThat(catalog.statistics().setAside()).isOne();
    }
    assertThat(asideExists()).isTrue();
    try (Catalog catalog = new Catalog(path(), OPTIONS)) {
      assertThat(catalog.listImages()).hasSize(1);
      assertThat(catalog.statistics().setAside()).isZero();
    }
  }

  private boolean asideExists() {
    return Files.exists(folder.resolve("catalog.db.set-aside"));
  }

  static final List<String> QUERIES =
      List.of(
          Sql.IMAGES,
          Sql.IMAGE_LAYERS,
          Sql.LAYER,
          Sql.UNINDEXED_LAYERS,
          Sql.OBJECTS_BY_USE,
          Sql.ACCESSES,
          Sql.TOUCH_IMAGE,
          Sql.CLEAR_IMAGE_LAYERS,
          Sql.PUT_IMAGE_LAYER,
          Sql.FORGET_IMAGE,
          Sql.FORGET_INDEX,
          Sql.FORGET_OBJECT,
          Sql.COUNT_UNINDEXED,
          Sql.COUNT_ACCESS);

  @ParameterizedTest
  @FieldSource("QUERIES")
  void noQueryReadsATableOrSorts(String sql) throws Exception {
    assertThat(plan(sql))
        .isNotEmpty()
        .noneMatch(step -> step.startsWith("SCAN") && !step.contains("USING"))
        .noneMatch(step -> step.contains("TEMP B-TREE"));
  }

  @Test
  void eachIndexIsUsedByAQuery() throws Exception {
    assertThat(plan(Sql.IMAGES)).containsExactly("SCAN images USING INDEX images_by_use");
    assertThat(plan(Sql.OBJECTS_BY_USE)).containsExactly("SCAN objects USING INDEX objects_by_use");
    assertThat(plan(Sql.UNINDEXED_LAYERS))
        .containsExactly("SCAN layers USING INDEX layers_unindexed");
    assertThat(plan(Sql.FORGET_UNUSED_LAYERS))
        .anyMatch(step -> step.contains("USING COVERING INDEX image_layers_by_layer"));
    assertThat(plan(Sql.GRAPH)).anyMatch(step -> step.contains("(image=? AND position=?)"));
  }

  private List<String> plan(String sql) throws Exception {
    return with(
        new Schema(Sql.MIGRATIONS),
        session -> session.query("EXPLAIN QUERY PLAN " + sql, row -> row.getString("detail")));
  }

  @Test
  void slowQueriesAreLoggedAndCounted() throws Exception {
    Logger logger = Logger.getLogger(Catalog.class.getName());
    List<String> lines = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public synchronized void publish(LogRecord line) {
            if (line.getLevel().equals(Level.INFO)) {
              lines.add(line.getMessage());
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try {
      for (Duration threshold : List.of(Duration.ofDays(1), Duration.ZERO)) {
        lines.clear();
        try (Catalog catalog = new Catalog(path(), OPTIONS.withSlowQuery(threshold))) {
          catalog.listImages();
          long counted = catalog.statistics().slowQueries();
          if (threshold.isZero()) {
            assertThat(counted).isPositive();
            assertThat(lines).anyMatch(line -> line.endsWith(Sql.IMAGES));
          } else {
            assertThat(counted).isZero();
            assertThat(lines).isEmpty();
          }
        }
      }
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
  }
}
