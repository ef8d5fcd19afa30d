package dev.ocifs.oci.stored;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.DocumentWriter;
import dev.ocifs.oci.store.Store;
import dev.ocifs.oci.store.UnusedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoredImagesTest {
  @TempDir Path dir;

  private Store store;
  private StoredImages images;

  @BeforeEach
  void openStore() throws IOException {
    store = Store.open(dir.resolve("store"));
    images = new StoredImages(store);
  }

  private Descriptor blob(MediaType type, String content) throws IOException {
    byte[] bytes = content.getBytes(UTF_8);
    Digest digest = Hasher.hash(Digest.Algorithm.SHA256, bytes);
    Files.write(store.blob(digest), bytes);
    return new Descriptor(type, digest, bytes.length);
  }

  private Descriptor image(String layer) throws IOException {
    return blob(
        MediaType.OCI_MANIFEST,
        new String(
            DocumentWriter.manifest(
                blob(MediaType.OCI_CONFIG, "{\"of\":\"" + layer + "\"}"),
                List.of(blob(MediaType.OCI_LAYER, layer))),
            UTF_8));
  }

  private List<Path> blobs() throws IOException {
    try (var files = Files.list(store.root().resolve("blobs/sha256"))) {
      return files.toList();
    }
  }

  @Test
  void keepsWhatItIsTold() throws IOException {
    Descriptor a = image("a");
    Descriptor b = image("b");
    images.put("localhost/a:1", a, true);
    images.put("localhost/b:1", b, false);
    StoredImages others = new StoredImages(Store.open(store.root()));
    assertThat(others.list())
        .containsExactly(
            new StoredImage("localhost/a:1", a, true), new StoredImage("localhost/b:1", b, false));
    assertThat(others.find("localhost/b:1")).map(StoredImage::top).contains(b);
    assertThat(others.find("localhost/b")).isEmpty();
  }

  @Test
  void anImageThatBecomesWholeIsNeverMissing() throws Exception {
    Descriptor a = image("a");
    images.put("localhost/a:1", a, false);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> writer =
          threads.submit(
              () -> {
                for (int i = 0; i < 100; i++) {
                  images.put("localhost/a:1", a, i % 2 == 0);
                }
                return null;
              });
      while (!writer.isDone()) {
        assertThat(images.find("localhost/a:1")).isPresent();
      }
      writer.get();
    }
  }

  @Test
  void onlyWholeImagesAreInTheLayout() throws IOException {
    images.put("localhost/b:1", image("b"), false);
    assertThat(store.root().resolve("index.json")).content().doesNotContain("localhost");
    images.put("localhost/b:1", image("b"), true);
    assertThat(store.root().resolve("index.json")).content().contains("localhost/b:1");
    assertThat(images.list()).hasSize(1).allMatch(StoredImage::whole);
  }

  @Test
  void aNameMeansOneImage() throws IOException {
    images.put("localhost/a:1", image("a"), true);
    Descriptor later = image("later");
    images.put("localhost/a:1", later, true);
    assertThat(images.list()).extracting(StoredImage::top).containsExactly(later);
    assertThat(images.remove("localhost/a:1")).isTrue();
    assertThat(images.remove("localhost/a:1")).isFalse();
    assertThat(images.list()).isEmpty();
  }

  @Test
  void whatOthersWroteIntoTheLayoutStays() throws IOException {
    Descriptor unnamed = image("unnamed");
    Descriptor annotated =
        new Descriptor(
            unnamed.mediaType(),
            unnamed.digest(),
            unnamed.size(),
            Optional.empty(),
            Map.of("a.b", "c"),
            List.of("https://example.org/x"),
            Optional.of("application/x"));
    Files.write(
        store.root().resolve("index.json"), DocumentWriter.index(List.of(annotated, unnamed)));
    images.put("localhost/a:1", image("a"), true);
    assertThat(store.root().resolve("index.json"))
        .content()
        .contains("a.b", "https://example.org/x", "application/x", "localhost/a:1");
    assertThat(images.removeUnnamed()).isZero();
    assertThat(blobs()).hasSize(6);
  }

  @Test
  void removesWhatNoNameLeadsTo() throws IOException {
    Descriptor kept = image("kept");
    images.put("localhost/index:1", blob(MediaType.OCI_INDEX, index(kept)), true);
    images.put("localhost/gone:1", image("gone"), true);
    Path part = store.partial().resolve(Store.fileName(kept.digest()) + ".blob");
    Path orphan = store.partial().resolve("sha256-" + "0".repeat(64) + ".blob");
    images.put("localhost/partial:1", image("partial"), false);
    Files.writeString(part, "x");
    Files.writeString(orphan, "12345");
    images.remove("localhost/gone:1");
    long gone = image("gone").size() + "gone".length() + "{\"of\":\"gone\"}".length();
    awaitNextTick();
    assertThat(images.removeUnnamed()).isEqualTo(gone + 5);
    assertThat(blobs()).hasSize(7);
    assertThat(part).exists();
    assertThat(orphan).doesNotExist();
    assertThat(images.list()).hasSize(2);
  }

  private static String index(Descriptor manifest) {
    return new String(DocumentWriter.index(List.of(manifest)), UTF_8);
  }

  /** Until what was written before is old enough to be removed. */
  private void awaitNextTick() throws IOException {
    Path probe = dir.resolve("probe");
    FileTime first = touched(probe);
    while (touched(probe).toMillis() < first.toMillis() + 100) {
      Thread.onSpinWait();
    }
  }

  private static FileTime touched(Path probe) throws IOException {
    Files.writeString(probe, "x");
    return (FileTime) Files.getAttribute(probe, "unix:ctime");
  }

  @Test
  void whatWasStoredJustNowStays() throws IOException {
    Descriptor fresh = image("fresh");
    assertThat(images.removeUnnamed()).isZero();
    assertThat(store.blob(fresh.digest())).exists();
  }

  @Test
  void removesNothingWhenADocumentCannotBeRead() throws IOException {
    images.put("localhost/bad:1", blob(MediaType.OCI_MANIFEST, "{"), true);
    Descriptor unnamed = image("unnamed");
    awaitNextTick();
    assertThatThrownBy(() -> images.removeUnnamed()).isInstanceOf(OcifsException.class);
    assertThat(store.blob(unnamed.digest())).exists();
  }

  @Test
  void documentsSurviveBeingWrittenAnew() throws IOException {
    Descriptor a = image("a");
    String once = index(a);
    images.put("localhost/a:1", a, true);
    String first = Files.readString(store.root().resolve("index.json"));
    images.put("localhost/a:1", a, true);
    assertThat(Files.readString(store.root().resolve("index.json"))).isEqualTo(first);
    assertThat(once).startsWith("{\"schemaVersion\":2,");
  }

  @Test
  void whatWasFetchedToTheEndIsNamedOnlyIfItStillHasTheName() throws IOException {
    Descriptor a = image("a");
    Descriptor b = image("b");
    images.put("localhost/a:1", a, false);
    images.completed("localhost/a:1", b);
    assertThat(images.list()).containsExactly(new StoredImage("localhost/a:1", a, false));
    images.completed("localhost/a:1", a);
    assertThat(images.list()).containsExactly(new StoredImage("localhost/a:1", a, true));
    images.completed("localhost/a:1", a);
    images.put("localhost/a:1", b, true);
    images.completed("localhost/a:1", a);
    assertThat(images.list()).containsExactly(new StoredImage("localhost/a:1", b, true));
    assertThat(images.remove("localhost/a:1")).isTrue();
    images.completed("localhost/a:1", b);
    assertThat(images.list()).isEmpty();
  }

  private Descriptor imageOf(String... layers) throws IOException {
    List<Descriptor> blobs = new ArrayList<>();
    for (String layer : layers) {
      blobs.add(blob(MediaType.OCI_LAYER, layer));
    }
    String diffIds = "\"" + String.join("\",\"", digests(layers)) + "\"";
    Descriptor config =
        blob(
            MediaType.OCI_CONFIG,
            "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":"
                + ("{\"type\":\"layers\",\"diff_ids\":[" + diffIds + "]}}"));
    return blob(MediaType.OCI_MANIFEST, new String(DocumentWriter.manifest(config, blobs), UTF_8));
  }

  private static List<String> digests(String... layers) {
    return Stream.of(layers).map(layer -> diffId(layer).toString()).toList();
  }

  private static Digest diffId(String layer) {
    return Hasher.hash(Digest.Algorithm.SHA256, layer.getBytes(UTF_8));
  }

  private static Digest chainId(String... layers) {
    return ChainId.of(Stream.of(layers).map(StoredImagesTest::diffId).toList());
  }

  private static Path write(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "derived");
  }

  private long remove(String name) throws IOException {
    return images.remove(List.of(images.find(name).orElseThrow()));
  }

  @Test
  void whatWasDerivedFromLayersGoesWithTheLastImageThatHasThem() throws IOException {
    assumeTrue(UnusedFile.delete(write(dir.resolve("probe"))), "no leases on this file system");
    images.put("localhost/ab:1", imageOf("a", "b"), true);
    images.put("localhost/ac:1", imageOf("a", "c"), false);
    images.put("localhost/same:1", imageOf("a", "c"), true);
    Path a = write(store.object(diffId("a")));
    Path b = write(store.object(diffId("b")));
    Path c = write(store.object(diffId("c")));
    Path outside = write(store.object(diffId("of an image elsewhere")));
    Path metadata = write(store.erofs(chainId("a", "c")));
    Path profile = write(store.profile(chainId("a", "c")));
    Path tree = write(store.tree(chainId("a", "c")));
    remove("localhost/ac:1");
    assertThat(List.of(a, b, c, metadata, profile)).allSatisfy(file -> assertThat(file).exists());
    awaitNextTick();
    long blobs = images.bytes(images.find("localhost/same:1").orElseThrow());
    long shared = "a".length();
    assertThat(remove("localhost/same:1")).isEqualTo(blobs - shared + Files.size(a) * 3);
    assertThat(List.of(c, metadata, profile)).allSatisfy(file -> assertThat(file).doesNotExist());
    assertThat(List.of(a, b, outside, tree)).allSatisfy(file -> assertThat(file).exists());
    remove("localhost/ab:1");
    assertThat(List.of(a, b)).allSatisfy(file -> assertThat(file).doesNotExist());
    assertThat(outside).exists();
  }

  @Test
  void whatSomebodyHasOpenStaysThoughItsImageIsRemoved() throws IOException {
    images.put("localhost/ab:1", imageOf("a", "b"), true);
    Path a = write(store.object(diffId("a")));
    Path profile = write(store.profile(chainId("a", "b")));
    Path tree = write(store.tree(chainId("a", "b")));
    try (FileChannel layer = FileChannel.open(a);
        FileChannel view = FileChannel.open(tree)) {
      remove("localhost/ab:1");
      assertThat(a).hasSize(layer.size());
      assertThat(profile).hasSize(view.size());
    }
  }

  @Test
  void nothingDerivedGoesWhenNobodyKnowsWhatTheOthersNeed() throws IOException {
    images.put("localhost/ab:1", imageOf("a", "b"), true);
    images.put("localhost/odd:1", image("with a configuration without layers"), true);
    Path a = write(store.object(diffId("a")));
    awaitNextTick();
    assertThat(remove("localhost/ab:1")).isPositive();
    assertThat(a).exists();
  }
}
