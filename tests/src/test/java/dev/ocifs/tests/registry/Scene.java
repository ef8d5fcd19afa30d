package dev.ocifs.tests.registry;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.registry.TestRegistry;
import dev.ocifs.oci.remote.RemoteOptions;
import dev.ocifs.tests.conformance.Opened;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import dev.ocifs.tests.model.TreeListing;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Images in a registry of this process, the same in layouts, and the store that gets them. What is
 * in files is generated from one seed.
 */
final class Scene implements Closeable {
  static final long SEED = 20261122;
  static final String REPOSITORY = "some/app";

  /** The file that is long enough to be fetched in many pieces. */
  static final String BIG = "usr/big";

  final TestRegistry registry;
  private final Path dir;
  private final List<Digest> layers = new ArrayList<>();

  /**
   * None yet.
   *
   * @param dir the test's
   */
  Scene(Path dir) throws IOException {
    this.dir = dir;
    registry = TestRegistry.start();
  }

  /** One image, with the tag 1. */
  static Scene of(Path dir, TestImage image) throws IOException {
    Scene scene = new Scene(dir);
    scene.put("1", image);
    return scene;
  }

  /** Bytes that no compressor makes shorter. */
  static byte[] noise(int length, long salt) {
    byte[] bytes = new byte[length];
    new Random(SEED + salt).nextBytes(bytes);
    return bytes;
  }

  /** Files of every length from nothing up to this, so that many lie in one span. */
  static List<Entry> manyFiles(int count, int longest) {
    List<Entry> files = new ArrayList<>();
    files.add(Entry.directory("many"));
    for (int i = 0; i < count; i++) {
      files.add(Entry.file("many/" + i, noise(longest * i / Math.max(1, count - 1), i)));
    }
    return files;
  }

  /** A layer with one long file. */
  static TestLayer bigLayer(LayerBytes form, int length) {
    return TestLayer.of(
        form,
        TarWriter.tar(
            Entry.directory("usr"),
            Entry.file("usr/first", "the first"),
            Entry.file(BIG, noise(length, 1)),
            Entry.file("usr/last", "the last")));
  }

  /** An image with a long file, many short ones, and something of the first layer taken away. */
  static TestImage usual() {
    return TestImage.of(
        bigLayer(LayerBytes.GZIP_STORED, 6_000_000),
        TestLayer.of(LayerBytes.GZIP, TarWriter.tar(manyFiles(60, 30_000))),
        TestLayer.of(
            LayerBytes.ZSTD_FRAMES,
            TarWriter.tar(
                Entry.whiteout("usr/first"),
                Entry.symlink("link", "usr/last"),
                Entry.file("top", "Hello.\n".repeat(1000)))));
  }

  /** Puts an image into registry and layout. */
  void put(String tag, TestImage image) throws IOException {
    OciLayoutWriter layout = new OciLayoutWriter();
    Map<String, Object> top = layout.manifest(image);
    put(tag, layout, top);
    if (layers.isEmpty()) {
      for (TestLayer layer : image.layers()) {
        layers.add(Digest.parse("sha256:" + TestImage.sha256(layer.bytes().of(layer.tar()))));
      }
    }
  }

  /**
   * Puts an image into registry and layout that was put together by hand.
   *
   * @param layout has its blobs
   * @param top the descriptor of its manifest
   */
  void put(String tag, OciLayoutWriter layout, Map<String, Object> top) throws IOException {
    Path folder = layout.list("test", top).writeTo(dir.resolve("layout-" + tag));
    String digest = String.valueOf(top.get("digest"));
    Path blobs = folder.resolve("blobs/sha256");
    try (Stream<Path> files = Files.list(blobs)) {
      for (Path file : files.toList()) {
        registry.putBlob(
            REPOSITORY, Digest.parse("sha256:" + file.getFileName()), Files.readAllBytes(file));
      }
    }
    Path manifest = blobs.resolve(digest.replace("sha256:", ""));
    registry.putManifest(
        REPOSITORY,
        tag,
        MediaType.of("application/vnd.oci.image.manifest.v1+json"),
        Files.readAllBytes(manifest));
  }

  String name() {
    return name("1");
  }

  String name(String tag) {
    return "docker://" + registry.host() + "/" + REPOSITORY + ":" + tag;
  }

  /** What the tree is like when it is read from the layout. */
  TreeListing expected(String tag) throws IOException {
    return Opened.listing("oci:" + dir.resolve("layout-" + tag), dir.resolve("other-store"));
  }

  /** The layout with an image of the same bytes. */
  Path layout(String tag) {
    return dir.resolve("layout-" + tag);
  }

  /** The blobs of the layers of the first image. */
  List<Digest> layers() {
    return layers;
  }

  /** The bytes of such a blob. */
  byte[] blob(int layer) throws IOException {
    return Files.readAllBytes(dir.resolve("layout-1/blobs/sha256/" + layers.get(layer).hex()));
  }

  /** How many bytes the layers of the first image have. */
  long layerBytes() throws IOException {
    long bytes = 0;
    for (int i = 0; i < layers.size(); i++) {
      bytes += blob(i).length;
    }
    return bytes;
  }

  Path root() {
    return dir.resolve("store");
  }

  /** A process that has nothing but the store. */
  Client client() throws IOException {
    return client(RemoteOptions.DEFAULTS);
  }

  Client client(RemoteOptions options) throws IOException {
    return new Client(root(), Client::plain, options);
  }

  /** Another machine: a store of its own, and nothing in it. */
  Client elsewhere(RemoteOptions options) throws IOException {
    return new Client(dir.resolve("store-elsewhere"), Client::plain, options);
  }

  @Override
  public void close() {
    registry.close();
  }
}
