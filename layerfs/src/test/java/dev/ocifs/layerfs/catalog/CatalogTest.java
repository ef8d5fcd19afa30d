package dev.ocifs.layerfs.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.ocifs.layerfs.batch.Admission;
import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.OcifsException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogTest {
  private static final CatalogOptions OPTIONS = slowBatches(CatalogOptions.defaults());

  @TempDir Path folder;
  private long nowMillis = 1_000_000;
  private Path path = Path.of("");
  private Catalog catalog = new Catalog(path, OPTIONS);

  /** Nothing is written by time, so that each test says when. */
  private static CatalogOptions slowBatches(CatalogOptions options) {
    return options.withBatch(options.batch().withDelay(Duration.ofHours(1)));
  }

  private static Digest digest(String content) {
    return Hasher.hash(Digest.Algorithm.SHA256, content.getBytes(StandardCharsets.UTF_8));
  }

  private Catalog open() {
    return new Catalog(path, OPTIONS, () -> Instant.ofEpochMilli(nowMillis));
  }

  @BeforeEach
  void begin() {
    path = folder.resolve("catalog.db");
    catalog = open();
  }

  @AfterEach
  void end() throws Exception {
    catalog.close();
  }

  @Test
  void imagesAreListedTheOneUsedLastFirst() throws Exception {
    List<Digest> layers = List.of(digest("base"), digest("app"));
    catalog.recordImage("a", digest("ma"), layers);
    nowMillis++;
    catalog.recordImage("b", digest("mb"), layers.subList(0, 1));
    catalog.touchImage("never heard of");
    assertThat(catalog.listImages()).extracting(CatalogImage::name).containsExactly("b", "a");
    nowMillis++;
    catalog.touchImage("a");
    assertThat(catalog.listImages())
        .containsExactly(
            new CatalogImage(
                "a", digest("ma"), ChainId.of(layers), Instant.ofEpochMilli(nowMillis)),
            new CatalogImage(
                "b",
                digest("mb"),
                ChainId.of(layers.subList(0, 1)),
                Instant.ofEpochMilli(nowMillis - 1)));
    assertThat(catalog.layersOf("a")).isEqualTo(layers);
    assertThat(catalog.layersOf("never heard of")).isEmpty();
  }

  @Test
  void anImageRecordedAgainHasItsNewLayers() throws Exception {
    Digest empty = digest("empty");
    catalog.recordImage("a", digest("1"), List.of(digest("x"), digest("y"), digest("z")));
    List<Digest> twice = List.of(empty, digest("x"), empty);
    catalog.recordImage("a", digest("2"), twice);
    assertThat(catalog.layersOf("a")).isEqualTo(twice);
    assertThat(catalog.listImages()).extracting(CatalogImage::manifest).containsOnly(digest("2"));
    assertThat(catalog.forgetImage("a")).isTrue();
    assertThat(catalog.forgetImage("a")).isFalse();
    assertThat(catalog.layersOf("a")).isEmpty();
    assertThat(catalog.unindexedLayers(10)).hasSize(4);
    assertThat(catalog.forgetUnusedLayers()).isEqualTo(4);
  }

  @Test
  void layersAreKnownFromImagesBeforeTheyAreIndexed() throws Exception {
    catalog.recordImage("a", digest("1"), List.of(digest("x"), digest("y")));
    CatalogLayer layer =
        new CatalogLayer(digest("x"), digest("blob"), 1, 1L << 40, 3, Instant.ofEpochMilli(4));
    catalog.recordLayer(layer);
    catalog.recordLayer(layer);
    assertThat(catalog.layer(digest("x"))).hasValue(layer);
    assertThat(catalog.layer(digest("y"))).isEmpty();
    assertThat(catalog.unindexedLayers(10)).containsExactly(digest("y"));
    assertThat(catalog.forgetUnusedLayers()).isZero();
  }

  @Test
  void objectsAreListedTheOneUnusedForLongestFirst() throws Exception {
    for (String content : List.of("a", "b", "c", "a", "a")) {
      nowMillis++;
      catalog.addObjectUse(digest(content), "text", 100, 40);
    }
    Instant b = Instant.ofEpochMilli(nowMillis - 3);
    Instant c = Instant.ofEpochMilli(nowMillis - 2);
    Instant a = Instant.ofEpochMilli(nowMillis);
    assertThat(catalog.objectsByLeastRecentUse(10))
        .containsExactly(
            new CatalogObject(digest("b"), "text", 100, 40, b, 1),
            new CatalogObject(digest("c"), "text", 100, 40, c, 1),
            new CatalogObject(digest("a"), "text", 100, 40, a, 3));
    assertThat(catalog.objectsByLeastRecentUse(1)).hasSize(1);
    assertThat(catalog.forgetObjects(List.of(digest("b"), digest("z")))).isOne();
    catalog.addObjectUse(digest("a"), "text", 100, 30);
    assertThat(catalog.objectsByLeastRecentUse(10).getLast().uses()).isEqualTo(4);
    CatalogStatistics statistics = catalog.statistics();
    assertThat(statistics.objects()).isEqualTo(2);
    assertThat(statistics.objectBytes()).isEqualTo(200);
    assertThat(statistics.objectStoredBytes()).isEqualTo(70);
  }

  @Test
  void accessesAddUp() throws Exception {
    catalog.addAccesses(digest("x"), 7, 2);
    catalog.addAccesses(digest("x"), 0, 1);
    catalog.addAccesses(digest("x"), 7, 3);
    catalog.addAccesses(digest("y"), 7, 100);
    catalog.flush();
    catalog.addAccesses(digest("x"), 7, 4);
    assertThat(catalog.accesses(digest("x")))
        .containsExactly(new SpanAccesses(0, 1), new SpanAccesses(7, 9));
    assertThat(catalog.accesses(digest("z"))).isEmpty();
  }

  @Test
  void theGraphNamesLayersAtTheirPlace() throws Exception {
    Digest empty = digest("empty");
    List<Digest> honest = List.of(empty, digest("x"), empty, digest("x"));
    List<Digest> chain = ChainId.ofEach(honest);
    catalog.recordImage("a", digest("1"), honest);
    catalog.recordImage("b", digest("2"), honest.subList(0, 2));
    catalog.recordImage("none", digest("3"), List.of());
    assertThat(catalog.layerGraph())
        .hasSize(4)
        .containsEntry(chain.get(3), List.of(chain.get(2)))
        .containsEntry(chain.get(2), List.of(chain.get(1)))
        .containsEntry(chain.get(1), List.of(chain.get(0)))
        .containsEntry(chain.get(0), List.of());
  }

  @Test
  void everythingIsThereAfterClosing() throws Exception {
    catalog.recordImage("a", digest("1"), List.of(digest("x")));
    catalog.close();
    assertThat(catalog.recordImage("b", digest("1"), List.of())).isEqualTo(Admission.CLOSED);
    assertThatIllegalStateException().isThrownBy(catalog::listImages);
    catalog.close();
    catalog = open();
    assertThat(catalog.listImages()).hasSize(1);
    assertThat(catalog.statistics().setAside()).isZero();
  }

  @Test
  void aBatchIsOneTransaction() throws Exception {
    for (int i = 0; i < 300; i++) {
      catalog.addObjectUse(digest("" + i), "text", i, i);
    }
    catalog.flush();
    assertThat(catalog.writes().batches()).isOne();
    assertThat(catalog.writes().delivered()).isEqualTo(300);
    assertThat(catalog.objectsByLeastRecentUse(1000)).hasSize(300);
  }

  @Test
  void vacuumGivesPagesBack() throws Exception {
    List<Digest> keys = IntStream.range(0, 3000).mapToObj(i -> digest("" + i)).toList();
    keys.forEach(key -> catalog.addObjectUse(key, "k".repeat(400), 1, 1));
    assertThat(catalog.forgetObjects(keys)).isEqualTo(3000);
    CatalogStatistics before = catalog.statistics();
    assertThat(catalog.vacuum(100)).isEqualTo(100);
    long rest = catalog.vacuum(Integer.MAX_VALUE);
    assertThat(rest).isPositive();
    CatalogStatistics after = catalog.statistics();
    assertThat(after.freeBytes()).isZero();
    assertThat(before.fileBytes() - after.fileBytes()).isEqualTo(before.freeBytes());
    assertThat(Files.size(path)).isEqualTo(after.fileBytes());
  }

  @Test
  void onlyTheOwnerMayReadTheFiles() throws Exception {
    catalog.recordImage("a", digest("1"), List.of());
    catalog.flush();
    try (var files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(3);
      for (Path file : all) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void aPathIsNoPlaceForOptions() throws Exception {
    Path odd = Files.createDirectory(folder.resolve("a?mode=memory&x #%41"));
    try (Catalog there = new Catalog(odd.resolve("catalog.db"), OPTIONS)) {
      there.recordImage("a", digest("1"), List.of());
      assertThat(there.listImages()).hasSize(1);
      assertThat(odd.resolve("catalog.db")).isNotEmptyFile();
    }
  }

  @Test
  void aFileThatCannotBeHadCostsNothingButWhatIsRecorded() throws Exception {
    Path nowhere = folder.resolve("missing").resolve("catalog.db");
    try (Catalog there = new Catalog(nowhere, OPTIONS)) {
      there.recordImage("a", digest("1"), List.of());
      there.flush();
      there.recordImage("b", digest("1"), List.of());
      there.flush();
      assertThat(there.writes().failed()).isZero();
      assertThatExceptionOfType(OcifsException.class)
          .isThrownBy(there::listImages)
          .satisfies(e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.STORE))
          .withMessageContaining(nowhere.toString());
      Files.createDirectory(folder.resolve("missing"));
      assertThat(there.listImages()).isEmpty();
      there.recordImage("c", digest("1"), List.of());
      assertThat(there.listImages()).extracting(CatalogImage::name).containsExactly("c");
      assertThat(there.statistics().skipped()).isEqualTo(2);
    }
  }

  @Test
  void manyThreadsAndTwoCatalogsShareOneFile() throws Exception {
    long seed = new Random().nextLong();
    int tasks = 8;
    int each = 400;
    try (ExecutorService threads = Executors.newFixedThreadPool(tasks);
        Catalog other = open()) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < tasks; t++) {
        Random random = new Random(seed + t);
        Catalog mine = t % 2 == 0 ? catalog : other;
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    mine.addObjectUse(digest("" + random.nextInt(50)), "text", 1, 1);
                    if (random.nextInt(100) == 0) {
                      assertThat(mine.objectsByLeastRecentUse(100)).hasSizeLessThanOrEqualTo(50);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
      other.flush();
      assertThat(catalog.objectsByLeastRecentUse(100).stream().mapToLong(CatalogObject::uses).sum())
          .as("seed %s", seed)
          .isEqualTo((long) tasks * each);
    }
  }
}
