package dev.ocifs.tests.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.layerfs.FetchingOrder;
import dev.ocifs.layerfs.check.Problem;
import dev.ocifs.layerfs.check.Problems;
import dev.ocifs.layerfs.check.StoreCheck;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.lazy.LazyOptions;
import dev.ocifs.oci.registry.Fault;
import dev.ocifs.oci.registry.Recorded;
import dev.ocifs.oci.registry.Route;
import dev.ocifs.oci.registry.TestRegistry;
import dev.ocifs.oci.remote.RemoteOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tree is read before its layers are here, whatever their registry does meanwhile. */
@Timeout(120)
class LazyTest {
  private static final RemoteOptions IMPATIENT =
      RemoteOptions.DEFAULTS.withFetching(
          LazyOptions.DEFAULT.withReadTimeout(Duration.ofMillis(500)));

  private static final byte[] LAST = "the last".getBytes(UTF_8);
  private static final int SPAN = 1 << 20;

  @TempDir Path dir;
  private Scene scene;
  private byte[] big = {};

  @BeforeEach
  void start() throws IOException {
    scene = new Scene(dir);
  }

  /** Has the indices of an image in the store, and none of its blobs. */
  private TestRegistry indexed(LayerBytes form, int length) throws IOException {
    return indexed(TestImage.of(Scene.bigLayer(form, length)), length);
  }

  private TestRegistry indexed(TestImage image, int length) throws IOException {
    scene.put("1", image);
    big = Scene.noise(length, 1);
    try (Client client = scene.client()) {
      client.pull(scene.name());
      client.remove(scene.name());
    }
    scene.registry.resetCounters();
    return scene.registry;
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private byte[] part(int pos, int len) {
    return Arrays.copyOfRange(big, pos, Math.min(big.length, pos + len));
  }

  private static void refused(ImageView view, int pos, OcifsException.Kind kind) {
    assertThatThrownBy(() -> Client.read(view, Scene.BIG, pos, 100))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).as("%s", e).isEqualTo(kind));
  }

  /** Reads until it succeeds: when the product tries again is its own affair. */
  private byte[] readAtLast(ImageView view, int pos, int len) {
    while (true) {
      try {
        return Client.read(view, Scene.BIG, pos, len);
      } catch (IOException e) {
        Thread.onSpinWait();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = LayerBytes.class,
      names = {"PLAIN", "GZIP", "GZIP_STORED", "GZIP_MEMBERS", "ZSTD_FRAMES"})
  void aReadFetchesWhatItNeeds(LayerBytes form) throws Exception {
    TestRegistry registry = indexed(form, 9_000_000);
    try (Client client = scene.client();
        ImageView view = client.view(scene.name())) {
      long before = registry.sentBytes(Route.BLOB);
      assertThat(before).as("the config alone").isLessThan(2_000);
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo(LAST);
      assertThat(Client.read(view, Scene.BIG, 4_000_000, 10)).isEqualTo(part(4_000_000, 10));
      assertThat(registry.sentBytes(Route.BLOB) - before)
          .as("of %d", scene.layerBytes())
          .isPositive()
          .isLessThan(form == LayerBytes.ZSTD_FRAMES ? 5_000_000 : 4 * SPAN); // two frames of four
      // A frame takes three requests of 1 MiB at most.
      assertThat(registry.requests(Route.BLOB))
          .isLessThanOrEqualTo(form == LayerBytes.ZSTD_FRAMES ? 1 + 6 : 1 + 4);
      long bytes = registry.sentBytes(Route.BLOB);
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo(LAST);
      assertThat(registry.sentBytes(Route.BLOB)).isEqualTo(bytes);
    }
  }

  @Test
  void anIndexOfALocalCopyDoesNotServeALazyLayerInTheSameLibrary() throws Exception {
    scene.put("1", TestImage.of(Scene.bigLayer(LayerBytes.GZIP, 3_000_000)));
    big = Scene.noise(3_000_000, 1);
    try (Client client = scene.client();
        ImageView local = client.view("oci:" + scene.layout("1"))) {
      assertThat(Client.read(local, Scene.BIG, 1_000_000, 100)).isEqualTo(part(1_000_000, 100));
      try (ImageView view = client.view(scene.name())) {
        assertThat(Client.read(view, Scene.BIG, 2_000_000, 100)).isEqualTo(part(2_000_000, 100));
      }
    }
  }

  @Test
  void manyThreadsReadEveryByteRightAndFetchNoneTwice() throws Exception {
    TestRegistry registry = indexed(Scene.usual(), 6_000_000);
    try (Client client = scene.client();
        ImageView view = client.view(scene.name());
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> readers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Random random = new Random(Scene.SEED + i);
        readers.add(threads.submit(() -> readAtRandom(view, random)));
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
      assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
      assertThat(registry.sentBytes(Route.BLOB)).isLessThan(scene.layerBytes() + 2_000);
    }
  }

  private Void readAtRandom(ImageView view, Random random) throws IOException {
    for (int i = 0; i < 60; i++) {
      int file = random.nextInt(60);
      byte[] content = Scene.noise(30_000 * file / 59, file);
      assertThat(Client.read(view, "many/" + file, 0, 40_000)).isEqualTo(content);
      int pos = random.nextInt(big.length);
      int len = 1 + random.nextInt(100_000);
      assertThat(Client.read(view, Scene.BIG, pos, len))
          .as("seed %d: %d bytes at %d", Scene.SEED, len, pos)
          .isEqualTo(part(pos, len));
    }
    return null;
  }

  @Test
  void withoutAnIndexTheLayersAreReadOnceAndAreHereThen() throws Exception {
    scene.put("1", Scene.usual());
    try (Client client = scene.client()) {
      assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
      assertThat(scene.registry.sentBytes(Route.BLOB)).isLessThan(scene.layerBytes() + 2_000);
    }
    scene.registry.close();
    try (Client client = scene.client()) {
      assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
      assertThat(client.isWhole(scene.name())).isTrue();
    }
  }

  /** What goes wrong with one request, and is as it should be with the next. */
  enum Trouble {
    RESET,
    BREAKS_OFF,
    SHORT,
    OTHER_RANGE,
    INTERNAL_ERROR,
    UNAVAILABLE,
    TOO_MANY,
    WRONG_BYTES,
    NO_RANGES,
    GONE_FOR_A_MOMENT;

    Fault fault() {
      return switch (this) {
        case RESET -> Fault.reset();
        case BREAKS_OFF -> Fault.cutAfter(50_000);
        case SHORT -> Fault.shorter(20_000);
        case OTHER_RANGE -> Fault.wrongRange(65_536);
        case INTERNAL_ERROR -> Fault.status(500, "UNKNOWN", "oops");
        case UNAVAILABLE -> Fault.status(503, "UNAVAILABLE", "later");
        case TOO_MANY -> Fault.retryAfter(429, "2");
        case WRONG_BYTES -> Fault.flip(1000);
        case NO_RANGES -> Fault.ignoreRange();
        case GONE_FOR_A_MOMENT -> Fault.status(404, "BLOB_UNKNOWN", "not yet");
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void troubleWithARequestIsNotSeen(Trouble trouble) throws Exception {
    TestRegistry registry = indexed(LayerBytes.GZIP, 3_000_000);
    try (Client client = scene.client();
        ImageView view = client.view(scene.name())) {
      for (int pos : new int[] {2_500_000, 0, 1_400_000}) {
        long requests = registry.requests(Route.BLOB);
        registry.next(Route.BLOB, trouble.fault());
        assertThat(Client.read(view, Scene.BIG, pos, 1000)).isEqualTo(part(pos, 1000));
        assertThat(registry.requests(Route.BLOB)).isGreaterThan(requests);
      }
      assertThat(Client.read(view, Scene.BIG, 0, big.length)).isEqualTo(big);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = LayerBytes.class,
      names = {"PLAIN", "GZIP", "ZSTD_FRAMES"})
  void aRegistryThatKnowsNoRangesWillDo(LayerBytes form) throws Exception {
    TestRegistry registry = indexed(form, 3_000_000);
    registry.always(Route.BLOB, Fault.ignoreRange());
    try (Client client = scene.client();
        ImageView view = client.view(scene.name())) {
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo(LAST);
      assertThat(Client.read(view, Scene.BIG, 0, big.length)).isEqualTo(big);
    }
    try (Client client = scene.client()) {
      client.pull(scene.name());
      assertThat(client.isWhole(scene.name())).isTrue();
    }
  }

  @Test
  void bytesMayLieElsewhereWhichLearnsNoSecrets() throws Exception {
    TestRegistry registry = indexed(LayerBytes.GZIP, 3_000_000);
    try (TestRegistry storage = TestRegistry.start();
        Client client = scene.client()) {
      storage.putBlob("any", scene.layers().get(0), scene.blob(0));
      registry.logins().demandTokens(null);
      try (ImageView view = client.view(scene.name())) {
        String place = storage.url("/storage/" + scene.layers().get(0));
        registry.always(Route.BLOB, Fault.redirect(307, place));
        assertThat(Client.read(view, Scene.BIG, 0, big.length)).isEqualTo(big);
        assertThat(storage.recorded(Route.STORAGE))
            .isNotEmpty()
            .allSatisfy(request -> assertThat(request.header("Authorization")).isEmpty());
        assertThat(registry.recorded(Route.BLOB).getLast().header("Authorization")).isPresent();
      }
    }
  }

  @Test
  void tokensThatExpireAreRenewed() throws Exception {
    TestRegistry registry = indexed(LayerBytes.GZIP, 3_000_000);
    registry.logins().demandTokens(null);
    try (Client client = scene.client();
        ImageView view = client.view(scene.name())) {
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo(LAST);
      int given = registry.logins().tokensGiven();
      assertThat(given).isPositive();
      registry.logins().expireTokens();
      assertThat(Client.read(view, Scene.BIG, 0, 1000)).isEqualTo(part(0, 1000));
      assertThat(registry.logins().tokensGiven()).isEqualTo(given + 1);
    }
  }

  @Test
  void withoutItsRegistryWhatIsHereIsServedTheRestFailsAndItHeals() throws Exception {
    TestRegistry registry = indexed(LayerBytes.GZIP, 6_000_000);
    try (Client client = scene.client(IMPATIENT);
        ImageView view = client.view(scene.name())) {
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo(LAST);
      registry.always(Route.BLOB, Fault.reset()).always(Route.MANIFEST, Fault.reset());
      refused(view, 0, OcifsException.Kind.REMOTE);
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo(LAST);
      try (Client restarted = scene.client(IMPATIENT);
          ImageView again = restarted.view(scene.name())) {
        assertThat(Client.read(again, "usr/last", 0, 100)).isEqualTo(LAST);
        refused(again, 0, OcifsException.Kind.REMOTE);
      }
      registry.always(Route.BLOB, null).always(Route.MANIFEST, null);
      assertThat(readAtLast(view, 0, big.length)).isEqualTo(big);
    }
  }

  @Test
  void aRegistryThatNeverAnswersHoldsUpNobodyForEver() throws Exception {
    TestRegistry registry = indexed(LayerBytes.GZIP, 3_000_000);
    CountDownLatch answer = new CountDownLatch(1);
    try (Client client = scene.client(IMPATIENT);
        ImageView view = client.view(scene.name())) {
      registry.always(Route.BLOB, Fault.silent(answer));
      refused(view, 0, OcifsException.Kind.REMOTE);
      registry.always(Route.BLOB, null);
      answer.countDown();
      assertThat(readAtLast(view, 0, 1000)).isEqualTo(part(0, 1000));
    } finally {
      answer.countDown();
    }
  }

  @Test
  void aBlobThatWasDeletedTakesNothingWithItThatIsHere() throws Exception {
    TestRegistry registry = indexed(LayerBytes.GZIP, 6_000_000);
    try (Client client = scene.client(IMPATIENT);
        ImageView view = client.view(scene.name())) {
      assertThat(Client.read(view, Scene.BIG, 5_000_000, 50)).isEqualTo(part(5_000_000, 50));
      registry.removeBlob(Scene.REPOSITORY, scene.layers().get(0));
      assertThatThrownBy(() -> Client.read(view, Scene.BIG, 0, 100))
          .isInstanceOf(OcifsException.class)
          .hasMessageContaining(scene.layers().get(0).toString())
          .hasMessageContaining("BLOB_UNKNOWN");
      assertThat(Client.read(view, Scene.BIG, 5_000_000, 50)).isEqualTo(part(5_000_000, 50));
      registry.putBlob(Scene.REPOSITORY, scene.layers().get(0), scene.blob(0));
      assertThat(readAtLast(view, 0, big.length)).isEqualTo(big);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = LayerBytes.class,
      names = {"PLAIN", "GZIP", "GZIP_STORED", "ZSTD_FRAMES"})
  void bytesThatStayWrongAreNeverServed(LayerBytes form) throws Exception {
    TestRegistry registry = indexed(form, 3_000_000);
    byte[] right = scene.blob(0);
    byte[] wrong = right.clone();
    for (int i = 0; i < wrong.length; i += 10_000) {
      wrong[i] ^= 1;
    }
    try (Client client = scene.client(IMPATIENT);
        ImageView view = client.view(scene.name())) {
      registry.putBlob(Scene.REPOSITORY, scene.layers().get(0), wrong);
      for (int pos = 0; pos < big.length; pos += 700_000) {
        refused(view, pos, OcifsException.Kind.MISMATCH);
      }
      registry.putBlob(Scene.REPOSITORY, scene.layers().get(0), right);
      assertThat(Client.read(view, Scene.BIG, 0, big.length)).isEqualTo(big);
    }
  }

  @Test
  void theRestComesByItselfAndThenNobodyIsAsked() throws Exception {
    TestRegistry registry = indexed(Scene.usual(), 6_000_000);
    try (Client client = scene.client();
        ImageView view = client.view(scene.name())) {
      assertThat(Client.read(view, Scene.BIG, 3_000_000, 50)).isEqualTo(part(3_000_000, 50));
      assertThat(client.isWhole(scene.name())).isFalse();
      client.library.fetch(view, FetchingOrder.ALL);
      while (!client.isWhole(scene.name())) {
        Thread.onSpinWait();
      }
      assertThat(registry.sentBytes(Route.BLOB)).isLessThan(scene.layerBytes() + 2_000);
      registry.close();
      assertThat(Client.read(view, Scene.BIG, 0, big.length)).isEqualTo(big);
      for (int i = 0; i < scene.layers().size(); i++) {
        assertThat(client.store.blob(scene.layers().get(i))).hasBinaryContent(scene.blob(i));
        assertThat(client.store.partialBlob(scene.layers().get(i))).doesNotExist();
      }
    }
    try (Client client = scene.client()) {
      assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
    }
  }

  @Test
  void theRestComesWhenTheRegistryIsBack() throws Exception {
    TestRegistry registry = indexed(LayerBytes.GZIP, 3_000_000);
    try (Client client = scene.client(IMPATIENT);
        ImageView view = client.view(scene.name())) {
      CountDownLatch asked = new CountDownLatch(3);
      registry.always(
          Route.BLOB,
          visit -> {
            asked.countDown();
            Fault.status(503, "UNAVAILABLE", "later").apply(visit);
          });
      client.library.fetch(view, FetchingOrder.AUTO);
      asked.await();
      registry.always(Route.BLOB, null);
      while (!client.isWhole(scene.name())) {
        Thread.onSpinWait();
      }
      assertThat(client.store.blob(scene.layers().get(0))).hasBinaryContent(scene.blob(0));
    }
  }

  private static boolean isLong(Recorded request) {
    String[] range = request.header("Range").orElse("bytes=0-0").substring(6).split("-", -1);
    return Long.parseLong(range[1]) - Long.parseLong(range[0]) >= 2 * SPAN;
  }

  @Test
  void readsDoNotWaitForWhatIsFetchedInTheBackground() throws Exception {
    TestRegistry registry = indexed(LayerBytes.PLAIN, 24_000_000);
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (Client client = scene.client();
        ImageView view = client.view(scene.name())) {
      registry.always(
          Route.BLOB,
          visit -> {
            if (isLong(
                new Recorded(visit.route, "GET", "", "", visit.exchange.getRequestHeaders()))) {
              held.countDown();
              Fault.hold(65_536, release).apply(visit);
            }
          });
      client.library.fetch(view, FetchingOrder.ALL);
      held.await();
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo(LAST);
      assertThat(Client.read(view, Scene.BIG, 12_000_000, 50)).isEqualTo(part(12_000_000, 50));
      assertThat(Client.read(view, Scene.BIG, 3_000_000, 50)).isEqualTo(part(3_000_000, 50));
      assertThat(client.isWhole(scene.name())).isFalse();
      release.countDown();
      while (!client.isWhole(scene.name())) {
        Thread.onSpinWait();
      }
    } finally {
      release.countDown();
    }
  }

  @Test
  void namedFilesAreFetchedFirst() throws Exception {
    TestImage image =
        TestImage.of(
            Scene.bigLayer(LayerBytes.GZIP_STORED, 9_000_000),
            TestLayer.of(Entry.file("other", Scene.noise(2_000_000, 7))));
    TestRegistry registry = indexed(image, 9_000_000);
    try (Client client = scene.client();
        ImageView view = client.view(scene.name())) {
      registry.resetCounters();
      client.library.fetch(view, FetchingOrder.files(List.of("usr/last".getBytes(UTF_8))));
      while (!client.isWhole(scene.name())) {
        Thread.onSpinWait();
      }
      Recorded first = registry.recorded(Route.BLOB).getFirst();
      assertThat(first.path()).endsWith(scene.layers().get(0).toString());
      String from = first.header("Range").orElseThrow().replaceAll("bytes=([0-9]+)-.*", "$1");
      assertThat(Long.parseLong(from)).isGreaterThan(7_000_000);
    }
  }

  @Test
  void theCheckOfAStoreLeavesPartsAsTheyAre() throws Exception {
    TestRegistry registry = indexed(LayerBytes.GZIP, 6_000_000);
    try (Client client = scene.client();
        ImageView view = client.view(scene.name())) {
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo(LAST);
      client.library.remember(view);
    }
    List<Problem> found = new ArrayList<>();
    StoreCheck.run(Store.existing(scene.root()), new Problems(true, found::add), false);
    assertThat(found).isEmpty();
    registry.close();
    try (Client client = scene.client();
        ImageView view = client.view(scene.name())) {
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo(LAST);
    }
  }
}
