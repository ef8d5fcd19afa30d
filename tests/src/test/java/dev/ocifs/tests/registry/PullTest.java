package dev.ocifs.tests.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.layerfs.FetchingOrder;
import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.PullListener;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.lazy.LazyOptions;
import dev.ocifs.oci.registry.Fault;
import dev.ocifs.oci.registry.Recorded;
import dev.ocifs.oci.registry.Route;
import dev.ocifs.oci.remote.RemoteOptions;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.store.Store;
import dev.ocifs.oci.stored.StoredImages;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An image is got as a whole, and its registry is not needed any more. */
@Timeout(120)
class PullTest {
  /** So that giving up does not take long. */
  private static final RemoteOptions IMPATIENT =
      RemoteOptions.DEFAULTS.withFetching(
          LazyOptions.DEFAULT.withReadTimeout(Duration.ofMillis(500)));

  @TempDir Path dir;

  @Test
  void aPulledImageIsTheOneOfTheLayoutByteForByte() throws Exception {
    try (Scene scene = Scene.of(dir, Scene.usual());
        Client client = scene.client()) {
      client.pull(scene.name());
      assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
      for (int i = 0; i < scene.layers().size(); i++) {
        assertThat(client.store.blob(scene.layers().get(i))).hasBinaryContent(scene.blob(i));
      }
      assertThat(client.isWhole(scene.name())).isTrue();
      assertThat(scene.registry.sentBytes(Route.BLOB))
          .as("config and layers, each byte once")
          .isLessThan(scene.layerBytes() + 10_000);
    }
  }

  @Test
  void aSecondPullAndAMountAskNothingAlsoInAnotherProcessAndOffline() throws Exception {
    try (Scene scene = Scene.of(dir, Scene.usual())) {
      try (Client client = scene.client()) {
        client.pull(scene.name());
        scene.registry.resetCounters();
        client.pull(scene.name());
        assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
        assertThat(scene.registry.recorded()).isEmpty();
      }
      try (Client client = scene.client()) {
        client.pull(scene.name());
        assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
        assertThat(scene.registry.recorded()).isEmpty();
      }
      scene.registry.close();
      try (Client client = scene.client()) {
        client.pull(scene.name());
        assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
      }
    }
  }

  @Test
  void askingAnewFetchesNoLayerThatIsHere() throws Exception {
    try (Scene scene = Scene.of(dir, Scene.usual());
        Client client =
            scene.client(RemoteOptions.DEFAULTS.withPolicy(RemoteOptions.Policy.ALWAYS))) {
      client.pull(scene.name());
      scene.registry.resetCounters();
      client.pull(scene.name());
      assertThat(scene.registry.recorded())
          .extracting(Recorded::route)
          .containsOnly(Route.MANIFEST);
      assertThat(client.isWhole(scene.name())).isTrue();
    }
  }

  @Test
  void anImageOfLayersThatAreAllHereIsWhole() throws Exception {
    TestLayer shared = TestLayer.of(Entry.file("a", "1"), Entry.file("b", Scene.noise(9000, 0)));
    try (Scene scene = Scene.of(dir, TestImage.of(shared))) {
      scene.put("2", TestImage.of(shared, shared));
      try (Client client = scene.client()) {
        client.pull(scene.name("1"));
        client.pull(scene.name("2"));
        assertThat(client.isWhole(scene.name("2"))).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void layersOfEachFormArePulled(LayerBytes form) throws Exception {
    try (Scene scene = Scene.of(dir, TestImage.of(Scene.bigLayer(form, 300_000)));
        Client client = scene.client()) {
      client.pull(scene.name());
      scene.registry.close();
      assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
    }
  }

  @Test
  void aPullThatBrokeOffGoesOnWhereItStopped() throws Exception {
    try (Scene scene = Scene.of(dir, Scene.usual())) {
      long present = 0;
      try (Client client = scene.client(IMPATIENT);
          Image image = client.image(scene.name())) {
        AtomicInteger requests = new AtomicInteger();
        scene.registry.always(
            Route.BLOB,
            visit -> {
              if (requests.incrementAndGet() > 4) {
                Fault.status(404, "BLOB_UNKNOWN", "gone").apply(visit);
              }
            });
        assertThatThrownBy(() -> client.library.pull(image, IndexListener.NONE, PullListener.NONE))
            .isInstanceOf(OcifsException.class);
        assertThat(client.isWhole(scene.name())).isFalse();
      }
      try (Client client = scene.client(); // the first may go on receiving until it is closed
          Image image = client.image(scene.name())) {
        for (ImageLayer layer : image.layers()) {
          present +=
              layer.remote().map(remote -> remote.state().presentBytes()).orElse(layer.size());
        }
      }
      assertThat(present).isPositive().isLessThan(scene.layerBytes());
      scene.registry.always(Route.BLOB, null).resetCounters();
      try (Client client = scene.client()) {
        client.pull(scene.name());
        assertThat(scene.registry.sentBytes(Route.BLOB)).isEqualTo(scene.layerBytes() - present);
        assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
        assertThat(client.isWhole(scene.name())).isTrue();
      }
    }
  }

  /** Lets a request go on when so many different ones have come. */
  private static Fault meeting(int parties, Function<Recorded, String> what) {
    Set<String> seen = new HashSet<>();
    CountDownLatch all = new CountDownLatch(parties);
    return visit -> {
      String key =
          what.apply(
              new Recorded(
                  visit.route,
                  visit.exchange.getRequestMethod(),
                  visit.exchange.getRequestURI().getPath(),
                  "",
                  visit.exchange.getRequestHeaders()));
      if (key.isEmpty()) {
        return;
      }
      synchronized (seen) {
        if (seen.add(key)) {
          all.countDown();
        }
      }
      try {
        if (!all.await(60, TimeUnit.SECONDS)) {
          throw new IOException("not at the same time: " + seen);
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    };
  }

  @Test
  void layersAreFetchedAtTheSameTime() throws Exception {
    TestImage image =
        TestImage.of(
            TestLayer.of(Entry.file("a", Scene.noise(200_000, 1))),
            TestLayer.of(Entry.file("b", Scene.noise(200_000, 2))),
            TestLayer.of(Entry.file("c", Scene.noise(200_000, 3))));
    try (Scene scene = Scene.of(dir, image);
        Client client = scene.client();
        Image opened = client.image(scene.name())) {
      scene.registry.always(Route.BLOB, meeting(3, Recorded::path));
      client.library.pull(opened, IndexListener.NONE, PullListener.NONE);
      assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
      assertThat(scene.registry.requests(Route.BLOB)).isLessThan(3 * 4);
    }
  }

  @Test
  void rangesOfALongLayerAreFetchedAtTheSameTime() throws Exception {
    TestImage image = TestImage.of(Scene.bigLayer(LayerBytes.PLAIN, 20_000_000));
    try (Scene scene = Scene.of(dir, image);
        Client client = scene.client();
        Image opened = client.image(scene.name())) {
      scene.registry.always(
          Route.BLOB,
          meeting(3, request -> isLong(request) ? request.header("Range").orElse("") : ""));
      client.library.pull(opened, IndexListener.NONE, PullListener.NONE);
      assertThat(client.store.blob(scene.layers().get(0))).hasBinaryContent(scene.blob(0));
    }
  }

  private static boolean isLong(Recorded request) {
    String[] range = request.header("Range").orElse("bytes=0-0").substring(6).split("-", -1);
    return Long.parseLong(range[1]) - Long.parseLong(range[0]) >= 1 << 20;
  }

  @ParameterizedTest
  @EnumSource(
      value = LayerBytes.class,
      names = {"PLAIN", "GZIP", "GZIP_STORED", "ZSTD_FRAMES", "XZ"})
  void aLayerOfOtherBytesIsRefusedByNameAndNeverOneOfTheStore(LayerBytes form) throws Exception {
    TestLayer right = TestLayer.of(Entry.file("right", "1"));
    try (Scene scene = Scene.of(dir, TestImage.of(right, Scene.bigLayer(form, 500_000)))) {
      Digest wrong = scene.layers().get(1);
      byte[] bytes = scene.blob(1);
      bytes[bytes.length / 2] ^= 4;
      scene.registry.putBlob(Scene.REPOSITORY, wrong, bytes);
      try (Client client = scene.client()) {
        for (int i = 0; i < 2; i++) {
          assertThatThrownBy(() -> client.pull(scene.name()))
              .isInstanceOfSatisfying(
                  OcifsException.class,
                  e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.MISMATCH))
              .hasMessageContaining(wrong.toString())
              .hasMessageContaining(scene.name());
          assertThat(client.store.blob(wrong)).doesNotExist();
          assertThat(client.store.layerIndex(Store.fileName(wrong))).doesNotExist();
          assertThat(client.isWhole(scene.name())).isFalse();
        }
      }
      scene.registry.putBlob(Scene.REPOSITORY, wrong, scene.blob(1));
      try (Client client = scene.client()) {
        client.pull(scene.name());
        assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
      }
    }
  }

  /** As after a crash of the machine, which kept the map of a partial blob and lost its bytes. */
  @ParameterizedTest
  @EnumSource(
      value = LayerBytes.class,
      names = {"PLAIN", "GZIP", "GZIP_STORED", "ZSTD_FRAMES", "XZ"})
  void bytesThatWereLostAreFetchedAgain(LayerBytes form) throws Exception {
    try (Scene scene = Scene.of(dir, TestImage.of(Scene.bigLayer(form, 500_000)))) {
      try (Client client = scene.client();
          Image image = client.image(scene.name());
          BlobSource blob = image.layers().get(0).open()) {
        blob.readFully(0, new byte[(int) blob.size() / 2], 0, (int) blob.size() / 2);
      }
      Path file = Store.existing(scene.root()).partialBlob(scene.layers().get(0));
      try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
        raw.seek(raw.length() / 4);
        raw.write(new byte[1000]);
      }
      try (Client client = scene.client()) {
        client.pull(scene.name());
        assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
      }
    }
  }

  @Test
  void whatADamagedMapSaysIsNotBelieved() throws Exception {
    try (Scene scene = Scene.of(dir, Scene.usual())) {
      try (Client client = scene.client();
          Image image = client.image(scene.name());
          BlobSource blob = image.layers().get(0).open()) {
        blob.readFully(3_000_000, new byte[1], 0, 1);
      }
      Path map = Store.existing(scene.root()).partialMap(scene.layers().get(0));
      assertThat(map).isNotEmptyFile();
      Files.write(map, new byte[0]);
      try (Client client = scene.client()) {
        client.pull(scene.name());
        assertThat(client.list(scene.name()).differences(scene.expected("1"))).isEmpty();
      }
    }
  }

  @Test
  void anImageThatIsRemovedWhileItIsFetchedDoesNotComeBack() throws Exception {
    try (Scene scene = Scene.of(dir, Scene.usual());
        Client client = scene.client();
        Image image = client.image(scene.name())) {
      client.remove(scene.name());
      client.library.pull(image, IndexListener.NONE, PullListener.NONE);
      assertThat(new StoredImages(client.store).list()).isEmpty();
    }
  }

  @Test
  void aLayerThatIsGoneDoesNotKeepTheOthersFromComingInTheBackground() throws Exception {
    try (Scene scene = Scene.of(dir, Scene.usual())) {
      try (Client client = scene.client()) {
        client.pull(scene.name());
        client.remove(scene.name());
      }
      Digest gone = scene.layers().get(1);
      scene.registry.always(Route.BLOB, missing(gone));
      try (Client client = scene.client();
          ImageView view = client.view(scene.name())) {
        client.library.fetch(view, FetchingOrder.ALL);
        for (Digest layer : scene.layers()) {
          while (!layer.equals(gone) && Files.notExists(client.store.blob(layer))) {
            Thread.onSpinWait();
          }
        }
        assertThat(client.store.blob(gone)).doesNotExist();
        scene.registry.always(Route.BLOB, null);
        while (!client.isWhole(scene.name())) {
          Thread.onSpinWait();
        }
      }
    }
  }

  /** A registry that has lost one blob. */
  private static Fault missing(Digest blob) {
    return visit -> {
      if (visit.exchange.getRequestURI().getPath().endsWith(blob.toString())) {
        Fault.status(404, "BLOB_UNKNOWN", "gone").apply(visit);
      }
    };
  }

  /** Would wait for a registry much longer than a test may take. */
  private static final RemoteOptions PATIENT =
      RemoteOptions.DEFAULTS.withFetching(LazyOptions.DEFAULT.withReadTimeout(Duration.ofHours(1)));

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLayerThatIsGoneEndsThePullAtOnce(boolean indexed) throws Exception {
    try (Scene scene = Scene.of(dir, Scene.usual())) {
      if (indexed) {
        try (Client client = scene.client()) {
          client.pull(scene.name());
          client.remove(scene.name());
        }
      }
      Digest gone = scene.layers().get(1);
      scene.registry.always(Route.BLOB, missing(gone));
      try (Client client = scene.client(PATIENT)) {
        assertThatThrownBy(() -> client.pull(scene.name()))
            .isInstanceOfSatisfying(
                OcifsException.class,
                e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.NOT_FOUND))
            .hasMessageContainingAll(scene.name(), "layer " + gone, "push the image there again");
        assertThat(client.isWhole(scene.name())).isFalse();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-70_000, -1, 1, 70_000})
  void aLayerOfAnotherSizeEndsThePullAtOnce(int more) throws Exception {
    try (Scene scene = Scene.of(dir, Scene.usual())) {
      Digest wrong = scene.layers().get(0);
      byte[] bytes = scene.blob(0);
      scene.registry.putBlob(Scene.REPOSITORY, wrong, Arrays.copyOf(bytes, bytes.length + more));
      try (Client client = scene.client(PATIENT)) {
        assertThatThrownBy(() -> client.pull(scene.name()))
            .isInstanceOfSatisfying(
                OcifsException.class,
                e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.MISMATCH))
            .hasMessageContainingAll(
                scene.name(),
                "layer " + wrong,
                "has " + (bytes.length + more) + " bytes",
                "its descriptor says " + bytes.length + " bytes",
                "push the image there again");
      }
    }
  }

  @Test
  void aPullOutlivesAServerThatIsBusyForAWhile() throws Exception {
    try (Scene scene = Scene.of(dir, Scene.usual());
        Client client = scene.client(PATIENT);
        Image image = client.image(scene.name())) {
      List<Fault> faults = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        faults.add(i % 2 == 0 ? Fault.status(503, "UNAVAILABLE", "busy") : Fault.reset());
        faults.add(Fault.retryAfter(429, "0"));
      }
      scene.registry.next(Route.BLOB, faults.toArray(Fault[]::new));
      client.library.pull(image, IndexListener.NONE, PullListener.NONE);
      assertThat(client.isWhole(scene.name())).isTrue();
    }
  }
}
