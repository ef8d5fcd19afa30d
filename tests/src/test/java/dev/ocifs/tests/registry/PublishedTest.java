package dev.ocifs.tests.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.layerfs.FetchingOrder;
import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerStatus;
import dev.ocifs.layerfs.index.PackedIndex;
import dev.ocifs.layerfs.profile.AccessRecorder;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageManifest;
import dev.ocifs.oci.registry.Fault;
import dev.ocifs.oci.registry.Recorded;
import dev.ocifs.oci.registry.Repository;
import dev.ocifs.oci.registry.Route;
import dev.ocifs.oci.remote.IndexPublisher;
import dev.ocifs.oci.remote.RemoteOptions;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.FileBlob;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.ListedLayer;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one machine publishes beside an image, and what another makes of it. */
@Timeout(120)
class PublishedTest {
  private static final int LENGTH = 9_000_000;
  private static final Digest NOWHERE = new Digest(Digest.Algorithm.SHA256, "0".repeat(64));

  @TempDir Path dir;
  private Scene scene;

  @BeforeEach
  void start() throws IOException {
    scene = new Scene(dir);
    scene.put("1", image());
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private static TestImage image() {
    return TestImage.of(
        Scene.bigLayer(LayerBytes.GZIP_STORED, LENGTH),
        TestLayer.of(Entry.file("other", Scene.noise(2_000_000, 7))));
  }

  /** Which index stands for that of a layer. */
  @FunctionalInterface
  private interface Choice {
    Path of(Map<Digest, Path> files, Digest layer);
  }

  private Digest publish(Client client, String tag, Optional<byte[]> profile) throws IOException {
    return publish(client, tag, profile, (files, layer) -> requireNonNull(files.get(layer)));
  }

  private Digest publish(Client client, String tag, Optional<byte[]> profile, Choice choice)
      throws IOException {
    Repository repository =
        client.images.repository(
            RegistryName.parse(scene.registry.host() + "/" + Scene.REPOSITORY + ":" + tag));
    IndexPublisher publisher = new IndexPublisher(repository);
    try (Image image = client.image(scene.name(tag))) {
      Map<Digest, Path> files = client.library.indexFiles(image, IndexListener.NONE);
      for (Digest layer : files.keySet()) {
        try (PendingFile packed = client.store.create(client.store.partial().resolve("packed"))) {
          PackedIndex.pack(choice.of(files, layer), packed);
          try (BlobSource blob = FileBlob.open(packed.path())) {
            publisher.push(layer, blob);
          }
        }
      }
      if (profile.isPresent()) {
        publisher.pushProfile(profile.get());
      }
      return publisher.finish(image.descriptor().orElseThrow()).digest();
    }
  }

  /** Publishes the indices together with what a mount here reads: the end of the first layer. */
  private Digest publishWhatIsRead() throws IOException {
    try (Client here = scene.client()) {
      here.pull(scene.name());
      try (ImageView view = here.view(scene.name())) {
        assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo("the last".getBytes(UTF_8));
      }
      try (Image image = here.image(scene.name())) {
        Optional<byte[]> profile = here.library.accessProfile(image);
        assertThat(profile).hasValueSatisfying(bytes -> assertThat(bytes).hasSizeLessThan(40));
        return publish(here, "1", profile);
      }
    }
  }

  private Digest publishIndices() throws IOException {
    try (Client here = scene.client()) {
      here.pull(scene.name());
      return publish(here, "1", Optional.empty());
    }
  }

  private Descriptor profileOf(Digest artifact) throws IOException {
    byte[] manifest = scene.registry.manifest(Scene.REPOSITORY, artifact.toString());
    return ImageManifest.parse(Document.of(requireNonNull(manifest), Limits.DEFAULT))
        .layers()
        .getLast();
  }

  private static void awaitWhole(Client client, String name) throws IOException {
    while (!client.isWhole(name)) {
      Thread.onSpinWait();
    }
  }

  private long firstPositionOf(Digest layer) {
    Recorded first =
        scene.registry.recorded(Route.BLOB).stream()
            .filter(request -> request.path().endsWith(layer.toString()))
            .findFirst()
            .orElseThrow();
    String range = first.header("Range").orElseThrow();
    return Long.parseLong(range.replaceAll("bytes=([0-9]+)-.*", "$1"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatOthersHaveReadFirstIsFetchedFirst(boolean wanted) throws Exception {
    Digest artifact = publishWhatIsRead();
    assertThat(profileOf(artifact).mediaType().value())
        .isEqualTo("application/vnd.ocifs.access-profile.v1");
    RemoteOptions options = RemoteOptions.DEFAULTS;
    try (Client client = scene.elsewhere(options);
        ImageView view = client.view(scene.name())) {
      assertThat(client.library.status(view).orElseThrow().layers())
          .allMatch(layer -> layer.lazy() && layer.refused().isEmpty());
      scene.registry.resetCounters();
      List<String> remarks = Collections.synchronizedList(new ArrayList<>());
      client.library.fetch(view, wanted ? FetchingOrder.AUTO : FetchingOrder.ALL, remarks::add);
      awaitWhole(client, scene.name());
      assertThat(remarks).isEmpty();
      if (wanted) {
        assertThat(firstPositionOf(scene.layers().get(0))).isGreaterThan(7_000_000);
      } else {
        assertThat(firstPositionOf(scene.layers().get(0))).isZero();
      }
    }
  }

  @Test
  void whatWasReadHereIsPreferred() throws Exception {
    Digest artifact = publishWhatIsRead();
    try (Client client = scene.elsewhere(RemoteOptions.DEFAULTS)) {
      try (ImageView view = client.view(scene.name())) {
        assertThat(Client.read(view, Scene.BIG, 4_000_000, 10)).hasSize(10);
      }
      scene.registry.resetCounters();
      try (ImageView view = client.view(scene.name())) {
        client.library.fetch(view, FetchingOrder.AUTO);
        awaitWhole(client, scene.name());
      }
      String profile = profileOf(artifact).digest().toString();
      assertThat(scene.registry.recorded(Route.BLOB))
          .isNotEmpty()
          .noneMatch(request -> request.path().endsWith(profile));
    }
  }

  @Test
  void whoWantsNothingPublishedIsGivenNoProfile() throws Exception {
    byte[] elsewhere = trace(0, 3);
    try (Client here = scene.client()) {
      here.pull(scene.name());
      publish(here, "1", Optional.of(elsewhere));
    }
    RemoteOptions without = RemoteOptions.DEFAULTS.withPublishedIndexes(false);
    try (Client client = scene.elsewhere(RemoteOptions.DEFAULTS);
        Image image = client.image(scene.name())) {
      assertThat(image.publishedProfile()).hasValue(elsewhere);
    }
    try (Client client = scene.elsewhere(without);
        Image image = client.image(scene.name())) {
      assertThat(image.publishedProfile()).isEmpty();
    }
  }

  private static byte[] trace(int layer, int span) {
    AccessRecorder recorder = new AccessRecorder(4);
    recorder.record(0, 1);
    recorder.record(layer, span);
    return recorder.trace().encode();
  }

  /** What can be wrong with a profile. */
  enum Flaw {
    NO_PROFILE,
    NOTHING,
    ANOTHER_LAYER,
    ANOTHER_SPAN,
    TOO_LONG,
    WRONG_BYTES,
    GONE;

    byte[] profile() {
      return switch (this) {
        case NO_PROFILE -> "0123456789012345678901234567890".getBytes(UTF_8);
        case NOTHING -> new byte[0];
        case ANOTHER_LAYER -> trace(2, 0);
        case ANOTHER_SPAN -> trace(1, 100_000);
        case TOO_LONG -> new byte[100_000];
        case WRONG_BYTES, GONE -> trace(0, 2);
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void aProfileThatIsWrongIsNoticedAndLeftAlone(Flaw flaw) throws Exception {
    Digest artifact;
    try (Client here = scene.client()) {
      here.pull(scene.name());
      artifact = publish(here, "1", Optional.of(flaw.profile()));
    }
    Digest profile = profileOf(artifact).digest();
    if (flaw == Flaw.GONE) {
      scene.registry.removeBlob(Scene.REPOSITORY, profile);
    } else if (flaw == Flaw.WRONG_BYTES) {
      scene.registry.putBlob(Scene.REPOSITORY, profile, trace(0, 3));
    }
    try (Client client = scene.elsewhere(RemoteOptions.DEFAULTS);
        ImageView view = client.view(scene.name())) {
      List<String> remarks = Collections.synchronizedList(new ArrayList<>());
      client.library.fetch(view, FetchingOrder.AUTO, remarks::add);
      awaitWhole(client, scene.name());
      assertThat(remarks).singleElement().asString().contains("published access profile");
      assertThat(Client.read(view, Scene.BIG, 0, LENGTH)).isEqualTo(Scene.noise(LENGTH, 1));
    }
  }

  private Client pinned(Digest artifact) throws IOException {
    return scene.elsewhere(RemoteOptions.DEFAULTS.withPinnedIndex(artifact));
  }

  private void assertRefused(Digest pin, OcifsException.Kind kind) throws IOException {
    try (Client client = pinned(pin)) {
      assertThatThrownBy(() -> client.view(scene.name()).close())
          .isInstanceOfSatisfying(
              OcifsException.class, e -> assertThat(e.kind()).as("%s", e).isEqualTo(kind))
          .hasMessageContaining(pin.toString())
          .hasMessageContaining("ocifs index push prints");
    }
  }

  @Test
  void aPinnedIndexIsTakenAndStaysUsableOffline() throws Exception {
    Digest artifact = publishIndices();
    Digest other = publishWhatIsRead();
    assertThat(other).isNotEqualTo(artifact);
    for (Digest pin : List.of(artifact, other)) {
      try (Client client = pinned(pin);
          ImageView view = client.view(scene.name())) {
        assertThat(scene.registry.requests(Route.REFERRERS)).isZero();
        assertThat(client.library.status(view).orElseThrow().layers())
            .allMatch(layer -> layer.source() == LayerStatus.Source.PUBLISHED_INDEX);
        assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo("the last".getBytes(UTF_8));
      }
    }
    scene.registry.always(Route.MANIFEST, Fault.status(404, "MANIFEST_UNKNOWN", "gone"));
    try (Client client = pinned(other);
        ImageView view = client.view(scene.name())) {
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo("the last".getBytes(UTF_8));
    }
    // What is in the store is the other's.
    assertRefused(artifact, OcifsException.Kind.NOT_FOUND);
  }

  @Test
  void aMountIsRefusedWithoutTheIndexThatIsPinned() throws Exception {
    publishIndices();
    assertRefused(NOWHERE, OcifsException.Kind.NOT_FOUND);
    try (Client client = scene.elsewhere(RemoteOptions.DEFAULTS);
        ImageView view = client.view(scene.name())) {
      assertThat(client.library.status(view).orElseThrow().layers()).allMatch(LayerStatus::lazy);
    }
    assertRefused(NOWHERE, OcifsException.Kind.NOT_FOUND); // though the store has another by now
  }

  @Test
  void whatIsPinnedHasToBeAnIndexOfTheImage() throws Exception {
    scene.put("2", TestImage.of(Scene.bigLayer(LayerBytes.GZIP, 300_000)));
    Digest ofAnother;
    try (Client here = scene.client()) {
      here.pull(scene.name("2"));
      ofAnother = publish(here, "2", Optional.empty());
    }
    assertRefused(ofAnother, OcifsException.Kind.MISMATCH);
    try (Client client = scene.elsewhere(RemoteOptions.DEFAULTS);
        Image image = client.image(scene.name())) {
      assertRefused(image.manifestDigest().orElseThrow(), OcifsException.Kind.MISMATCH);
    }
  }

  @Test
  void aPinnedIndexThatIsWrongIsNotReplacedByReadingTheLayer() throws Exception {
    Digest wrong;
    try (Client here = scene.client()) {
      here.pull(scene.name());
      wrong =
          publish(here, "1", Optional.empty(), (files, layer) -> files.values().iterator().next());
    }
    try (Client client = pinned(wrong)) {
      assertThatThrownBy(() -> client.view(scene.name()).close())
          .isInstanceOf(OcifsException.class)
          .hasMessageContaining("another layer");
    }
  }

  @Test
  void anImageThatIsHereNeedsNoIndex() throws Exception {
    try (Client client = pinned(NOWHERE)) {
      client.pull(scene.name());
      scene.registry.resetCounters();
      try (ImageView view = client.view(scene.name())) {
        assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo("the last".getBytes(UTF_8));
      }
      assertThat(scene.registry.recorded()).isEmpty();
    }
  }

  @Test
  void aPublishedIndexThatIsRefusedIsToldOf() throws Exception {
    try (Client here = scene.client()) {
      here.pull(scene.name());
      publish(here, "1", Optional.empty(), (files, layer) -> files.values().iterator().next());
    }
    try (Client client = scene.elsewhere(RemoteOptions.DEFAULTS);
        ImageView view = client.view(scene.name())) {
      List<LayerStatus> layers = client.library.status(view).orElseThrow().layers();
      assertThat(layers.get(0).lazy()).isTrue();
      assertThat(layers.get(0).refused()).isEmpty();
      assertThat(layers.get(1).lazy()).isFalse();
      assertThat(layers.get(1).refused())
          .hasValueSatisfying(why -> assertThat(why).contains("published index", "another layer"));
    }
  }

  /** The name of an image whose layer has a table of contents that the manifest denies. */
  private String falseTable() throws IOException {
    OciLayoutWriter writer = new OciLayoutWriter();
    ListedLayer listed =
        ListedLayer.of(
            ListedLayer.Form.ESTARGZ,
            100_000,
            List.of(Entry.directory("usr"), Entry.file("usr/a", Scene.noise(300_000, 1))));
    Map<String, Object> layer =
        writer.blob("application/vnd.oci.image.layer.v1.tar+gzip", listed.blob());
    Map<String, String> annotations = new HashMap<>(listed.annotations());
    annotations.replaceAll(
        (key, value) -> value.startsWith("sha256:") ? NOWHERE.toString() : value);
    layer.put("annotations", annotations);
    Map<String, Object> rootfs =
        Map.of("type", "layers", "diff_ids", List.of("sha256:" + TestImage.sha256(listed.tar())));
    Map<String, Object> config =
        writer.document(
            "application/vnd.oci.image.config.v1+json",
            Map.of("os", "linux", "architecture", "amd64", "rootfs", rootfs));
    Map<String, Object> manifest =
        writer.document(
            "application/vnd.oci.image.manifest.v1+json",
            Map.of("schemaVersion", 2, "config", config, "layers", List.of(layer)));
    scene.put("listed", writer, manifest);
    return scene.name("listed");
  }

  @Test
  void aTableOfContentsThatIsRefusedIsToldOfAlsoToOthersAndWhileTheLayerIsMissing()
      throws Exception {
    String name = falseTable();
    try (Client client = scene.client();
        Image image = client.image(name)) {
      assertThat(client.library.status(image).getFirst().refused()).isEmpty();
      Digest blob = image.layers().getFirst().digest().orElseThrow();
      byte[] right = requireNonNull(scene.registry.blob(Scene.REPOSITORY, blob));
      byte[] wrong = right.clone();
      wrong[100] ^= 1;
      scene.registry.putBlob(Scene.REPOSITORY, blob, wrong);
      assertThatThrownBy(() -> client.view(name).close()).isInstanceOf(OcifsException.class);
      scene.registry.putBlob(Scene.REPOSITORY, blob, right);
    }
    try (Client another = scene.client();
        Image image = another.image(name)) {
      LayerStatus status = another.library.status(image).getFirst();
      assertThat(status.source()).isEqualTo(LayerStatus.Source.NO_INDEX);
      assertThat(status.refused())
          .hasValueSatisfying(
              why -> assertThat(why).contains("table of contents", "not the digest"));
    }
    try (Client client = scene.client()) {
      try (ImageView view = client.view(name)) {
        LayerStatus status = client.library.status(view).orElseThrow().layers().getFirst();
        assertThat(status.blob().complete()).isTrue();
        assertThat(status.refused()).isPresent();
      }
      client.remove(name);
      assertThat(client.store.partial().toFile().list()).noneMatch(f -> f.endsWith(".refused"));
    }
  }

  private long lookUps(String name, TestImage image, Fault fault) throws IOException {
    scene.put(name, image);
    try (Client client = scene.elsewhere(RemoteOptions.DEFAULTS)) {
      scene.registry.always(Route.REFERRERS, fault);
      scene.registry.resetCounters();
      client.view(scene.name(name)).close();
      return scene.registry.requests(Route.REFERRERS);
    }
  }

  private static TestImage ofLayers(int count, int salt) {
    TestLayer[] layers = new TestLayer[count];
    for (int i = 0; i < count; i++) {
      layers[i] = TestLayer.of(Entry.file("f" + i, Scene.noise(1000, 100L * salt + i)));
    }
    return TestImage.of(layers);
  }

  @Test
  void theRegistryIsAskedOnceForAllLayersAlsoWhenItHasNothingOrFails() throws Exception {
    assertThat(lookUps("nothing", ofLayers(6, 1), visit -> {})).isEqualTo(1);
    for (int status : new int[] {403, 500}) {
      Fault fault = Fault.status(status, "DENIED", "not for you");
      long once = lookUps("one" + status, ofLayers(1, status), fault);
      assertThat(once).isPositive();
      assertThat(lookUps("six" + status, ofLayers(6, status + 1), fault)).isEqualTo(once);
    }
  }

  @Test
  void anArtifactThatIsBrokenHidesNoOther() throws Exception {
    Digest artifact = publishIndices();
    for (int i = 0; i < 3; i++) {
      try (Client here = scene.client()) {
        publish(here, "1", Optional.of(new byte[] {(byte) i}));
      }
    }
    scene.registry.always(
        Route.MANIFEST,
        visit -> {
          String path = visit.exchange.getRequestURI().getPath();
          if (path.contains("sha256:") && !path.endsWith(artifact.toString())) {
            Fault.status(404, "MANIFEST_UNKNOWN", "gone").apply(visit);
          }
        });
    try (Client client = scene.elsewhere(RemoteOptions.DEFAULTS);
        ImageView view = client.view(scene.name())) {
      assertThat(client.library.status(view).orElseThrow().layers()).allMatch(LayerStatus::lazy);
    }
  }
}
