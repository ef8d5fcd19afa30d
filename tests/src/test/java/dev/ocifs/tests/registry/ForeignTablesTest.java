package dev.ocifs.tests.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.layerfs.LayerStatus;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.registry.RegistryClient;
import dev.ocifs.oci.registry.RegistryOptions;
import dev.ocifs.oci.remote.RemoteOptions;
import dev.ocifs.tests.conformance.Opened;
import dev.ocifs.tests.conformance.Tools;
import dev.ocifs.tests.conformance.ViewLister;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciArchiveWriter;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import dev.ocifs.tests.model.Line;
import dev.ocifs.tests.model.TreeListing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Layers whose tables of contents the tools of others wrote, in {@code docker-registry}, where
 * these are installed: the tree is that of the image that the tool was given, and the layers are
 * not read for it. Needs root, as the tools do.
 */
@Timeout(240)
class ForeignTablesTest {
  private static final int BIG_BYTES = 3_000_017;

  /** What converters add to the root of the tree. */
  private static final List<String> ADDED = List.of(".no.prefetch.landmark", "stargz.index.json");

  /** Who writes tables. */
  enum Maker {
    ESTARGZ,
    ESTARGZ_OF_SHORT_CHUNKS,
    ZSTD_CHUNKED_OF_STARGZ,
    PODMAN,
    BUILDAH;

    private List<String> tools() {
      return conversion().isEmpty() ? List.of(program()) : List.of("containerd", "ctr-remote");
    }

    /** How {@code ctr-remote} is told to; empty where another program does it. */
    private List<String> conversion() {
      return switch (this) {
        case ESTARGZ -> List.of("--estargz");
        case ESTARGZ_OF_SHORT_CHUNKS -> List.of("--estargz", "--estargz-chunk-size", "65536");
        case ZSTD_CHUNKED_OF_STARGZ -> List.of("--zstdchunked");
        case PODMAN, BUILDAH -> List.of();
      };
    }

    private String program() {
      return this == PODMAN ? "podman" : "buildah";
    }
  }

  @TempDir Path dir;
  private @Nullable DebianRegistry registry;

  @AfterEach
  void stop() {
    if (registry != null) {
      registry.stop();
    }
  }

  private static List<Entry> below() {
    List<Entry> entries = new ArrayList<>();
    entries.add(Entry.directory("usr"));
    entries.add(Entry.file("usr/big", Scene.noise(BIG_BYTES, 1)));
    entries.add(Entry.file("usr/text", "Hello.\n".repeat(100_000)));
    entries.add(Entry.file("usr/empty", ""));
    entries.add(Entry.file("usr/one", "1").mode(06755));
    entries.add(Entry.hardLink("usr/hard", "usr/big"));
    entries.add(Entry.symlink("usr/link", "../../etc/passwd"));
    entries.add(Entry.characterDevice("usr/null", 1, 3));
    entries.add(Entry.blockDevice("usr/disk", 8, 1));
    entries.add(Entry.fifo("usr/fifo"));
    entries.add(Entry.file("usr/attributes", "a").xattr("user.a", "v").xattr("user.b", "\0\1"));
    entries.add(Entry.file("usr/old", "o").mtime(-5, 0).owner(70_000, 4_000_000_000L));
    entries.add(Entry.file("usr/" + "n".repeat(255), "long"));
    entries.add(Entry.file("usr/\u00c3\u00a4 \"q\" \\ \n", "odd"));
    String deep = "usr";
    for (int i = 0; i < 8; i++) {
      deep += "/" + "d".repeat(100);
      entries.add(Entry.directory(deep));
    }
    entries.add(Entry.file(deep + "/deep", "deep"));
    entries.add(Entry.directory("etc"));
    entries.add(Entry.file("etc/gone", "g"));
    entries.add(Entry.directory("opt").mode(01777));
    entries.add(Entry.file("opt/hidden", "h"));
    entries.addAll(Scene.manyFiles(200, 4_000));
    return entries;
  }

  private static List<Entry> above() {
    return List.of(
        Entry.directory("etc"),
        Entry.whiteout("etc/gone"),
        Entry.directory("opt").mode(0700),
        Entry.opaque("opt"),
        Entry.file("opt/new", "new"),
        Entry.hardLink("opt/same", "opt/new"),
        Entry.file("usr/text", "other"));
  }

  /** A layer as tar writes it: in records of 10 KiB. */
  private static TestLayer layer(List<Entry> entries) {
    byte[] tar = TarWriter.tar(entries);
    return TestLayer.of(
        LayerBytes.GZIP, Arrays.copyOf(tar, (tar.length + 10_239) / 10_240 * 10_240));
  }

  /** Has an image with tables in the registry, and as it was before in a layout. */
  private DebianRegistry push(Maker maker, TestImage image) throws IOException {
    for (String tool : maker.tools()) {
      assumeTrue(Tools.has(tool), () -> tool + " is not installed");
    }
    assumeTrue(Tools.has(DebianRegistry.PROGRAM), DebianRegistry.PROGRAM + " is not installed");
    assumeTrue("root".equals(System.getProperty("user.name")), "not root");
    DebianRegistry started = new DebianRegistry(dir);
    registry = started;
    started.start();
    // Level of the processor: containerd takes an image that names one for that of another machine.
    TestImage anyLevel = image.withPlatform(image.os(), image.architecture(), "");
    OciLayoutWriter layout = new OciLayoutWriter().image("latest", anyLevel);
    Path folder = layout.writeTo(dir.resolve("layout"));
    String destination = started.host() + "/some/app:1";
    if (maker.conversion().isEmpty()) {
      recompress(maker.program(), "oci:" + folder + ":latest", "docker://" + destination);
    } else {
      Path archive = OciArchiveWriter.write(dir.resolve("a.tar"), layout, LayerBytes.PLAIN);
      convert(maker, archive, destination);
    }
    return started;
  }

  private void convert(Maker maker, Path archive, String destination) throws IOException {
    try (Containerd containerd = Containerd.start(dir)) {
      containerd.image("import", "--no-unpack", "--base-name", "test/image", archive.toString());
      List<String> convert = new ArrayList<>(List.of("convert", "--oci"));
      convert.addAll(maker.conversion());
      convert.addAll(List.of("test/image:latest", "test/image:made"));
      containerd.image(convert.toArray(String[]::new));
      containerd.image("push", "--plain-http", destination, "test/image:made");
    }
  }

  private void recompress(String program, String source, String destination) throws IOException {
    String id = store(program, "pull", "--quiet", source).strip();
    String ignored =
        store(
            program,
            "push",
            "--quiet",
            "--tls-verify=false",
            "--compression-format",
            "zstd:chunked",
            id,
            destination);
  }

  /** Runs podman or buildah with a store of the test, into which layers are unpacked. */
  private String store(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(program, "--storage-driver", "vfs"));
    command.addAll(List.of("--root", dir + "/containers", "--runroot", dir + "/containers-run"));
    command.addAll(List.of(arguments));
    Tools.Result result = Tools.run(command);
    assertThat(result.code()).as("%s: %s", command, result.err()).isZero();
    return result.out();
  }

  private Client client() throws IOException {
    return new Client(
        dir.resolve("store"),
        () -> RegistryClient.open(RegistryOptions.DEFAULTS),
        RemoteOptions.DEFAULTS);
  }

  private static String name(DebianRegistry from) {
    return "docker://" + from.host() + "/some/app:1";
  }

  private TreeListing given() throws IOException {
    return Opened.listing("oci:" + dir.resolve("layout"), dir.resolve("other-store"));
  }

  private static TreeListing withoutAdded(TreeListing listing) {
    SortedMap<String, Line> lines = new TreeMap<>(listing.lines());
    lines.keySet().removeAll(ADDED);
    return new TreeListing(lines);
  }

  private static List<LayerStatus> layers(Client client, ImageView view) throws IOException {
    return client.library.status(view).orElseThrow().layers();
  }

  private static long fetched(Client client, ImageView view) throws IOException {
    return layers(client, view).stream().mapToLong(layer -> layer.blob().fetchedBytes()).sum();
  }

  @ParameterizedTest
  @EnumSource
  void theTreeIsServedByTheTable(Maker maker) throws Exception {
    DebianRegistry from = push(maker, TestImage.of(layer(below()), layer(above())));
    TreeListing given = given();
    long size;
    try (Client client = client();
        ImageView view = client.view(name(from))) {
      assertThat(layers(client, view))
          .extracting(LayerStatus::source)
          .containsOnly(LayerStatus.Source.TABLE_OF_CONTENTS);
      assertThat(layers(client, view).get(0).lazy()).isTrue();
      size = layers(client, view).get(0).blob().size();
      assertThat(fetched(client, view)).isPositive().isLessThan(size / 10);
      assertThat(Client.read(view, "usr/one", 0, 100)).isEqualTo("1".getBytes(UTF_8));
      assertThat(fetched(client, view)).isLessThan(size / 2);
      from.stop();
      // The config, an end and a table each, what the read and the root of the tree need.
      assertThat(from.sentBlobs()).hasSizeBetween(2, 1 + 2 * 2 + 2);
      assertThat(from.sentBlobs().stream().mapToLong(Long::longValue).sum())
          .isPositive()
          .isLessThan(size / 2);
      from.start();
      assertThat(withoutAdded(ViewLister.list(view)).differences(given)).isEmpty();
      assertThat(layers(client, view))
          .allSatisfy(
              layer ->
                  assertThat(layer.blob().fetchedBytes()).isLessThanOrEqualTo(layer.blob().size()));
    }
    try (Client client = client()) {
      client.pull(name(from));
      assertThat(client.isWhole(name(from))).isTrue();
      from.stop();
      assertThat(withoutAdded(client.list(name(from))).differences(given)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void wrongBytesAreNotServed(Maker maker) throws Exception {
    DebianRegistry from = push(maker, TestImage.of(layer(below()), layer(above())));
    try (Client client = client();
        ImageView view = client.view(name(from))) {
      Path blob = from.blob(layers(client, view).get(0).layer());
      byte[] bytes = Files.readAllBytes(blob);
      for (int i = 0; i < bytes.length; i += 10_000) {
        bytes[i] ^= 1;
      }
      Files.write(blob, bytes);
      for (int pos = 0; pos < BIG_BYTES; pos += 700_000) {
        int at = pos;
        assertThatThrownBy(() -> Client.read(view, "usr/big", at, 100))
            .isInstanceOfSatisfying(
                OcifsException.class,
                e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.MISMATCH));
      }
    }
  }

  @Test
  void aLayerWithANameThatTablesCannotTellIsRead() throws Exception {
    List<Entry> entries = List.of(Entry.file("latin-\u00e4", "byte e4"), Entry.file("other", "o"));
    DebianRegistry from = push(Maker.ESTARGZ, TestImage.of(layer(above()), layer(entries)));
    try (Client client = client();
        ImageView view = client.view(name(from))) {
      assertThat(layers(client, view))
          .extracting(LayerStatus::source)
          .containsExactly(LayerStatus.Source.TABLE_OF_CONTENTS, LayerStatus.Source.INDEX);
      assertThat(layers(client, view).get(1).blob().complete()).isTrue();
      assertThat(withoutAdded(ViewLister.list(view)).differences(given())).isEmpty();
    }
  }
}
