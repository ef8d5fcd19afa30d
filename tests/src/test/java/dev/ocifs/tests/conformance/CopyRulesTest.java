package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.copy.CopyProgress;
import dev.ocifs.oci.registry.Fault;
import dev.ocifs.oci.registry.Route;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageName;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.stored.StoredImages;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.FileSet;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.Lie;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What copying leaves alone, sends twice never, and leaves behind when it fails: nothing. */
final class CopyRulesTest {
  @TempDir Path dir;
  private CopyBench bench;
  private Path out;

  @BeforeEach
  void open() throws IOException {
    bench = new CopyBench(dir);
    out = Files.createDirectory(dir.resolve("out"));
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private static TestImage image() {
    return CopyTest.image(LayerBytes.GZIP, LayerBytes.ZSTD);
  }

  private String layout() throws IOException {
    return "oci:" + OciLayoutWriter.write(dir.resolve("layout"), image());
  }

  private String registry(String name) {
    return "docker://" + bench.registry.host() + "/" + name;
  }

  private static OcifsException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable run) {
    return assertThatThrownBy(run).asInstanceOf(type(OcifsException.class)).actual();
  }

  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.walk(out)) {
      return files.filter(Files::isRegularFile).map(f -> out.relativize(f).toString()).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"oci:out/x:1", "oci-archive:out/x", "docker-archive:out/x", "stored:1"})
  void damagedLayersAreNamedAndNothingIsLeft(String destination) throws IOException {
    OciLayoutWriter layout = new OciLayoutWriter().lie(Lie.LAYER_CONTENT).image("bad", image());
    String source = "oci:" + layout.writeTo(dir.resolve("layout"));
    OcifsException e = failure(() -> bench.copy(source, destination));
    assertThat(e.kind()).isEqualTo(OcifsException.Kind.MISMATCH);
    assertThat(e.getMessage()).startsWith("image " + source + ": layer sha256:");
    assertThat(left()).allMatch(file -> file.contains("blobs/sha256/") || file.endsWith("layout"));
    assertThat(new StoredImages(bench.store).list()).isEmpty();
    for (String file : left()) {
      if (file.contains("blobs/")) { // whole ones stay, for the next attempt
        assertThat(file).endsWith(TestImage.sha256(Files.readAllBytes(out.resolve(file))));
      }
    }
  }

  @Test
  void damagedLayersDoNotReachARegistry() throws IOException {
    OciLayoutWriter layout = new OciLayoutWriter().lie(Lie.LAYER_CONTENT).image("bad", image());
    String source = "oci:" + layout.writeTo(dir.resolve("layout"));
    OcifsException e = failure(() -> bench.copy(source, registry("x:1")));
    assertThat(e.kind()).as(e.getMessage()).isEqualTo(OcifsException.Kind.MISMATCH);
    assertThat(e.getMessage()).startsWith("image " + source + ": layer sha256:");
    assertThat(bench.registry.manifest("x", "1")).isNull();
  }

  @Test
  void layersThatOnlyADiffIdVouchesForAreVerified() throws IOException {
    byte[] tar = TarWriter.tar(Entry.file("a", "1"));
    byte[] other = LayerBytes.GZIP.of(TarWriter.tar(Entry.file("a", "2")));
    byte[] config = TestImage.of(TestLayer.of(LayerBytes.GZIP, tar)).config();
    Path file =
        Files.write(
            dir.resolve("in.tar"),
            new FileSet()
                .file("c.json", config)
                .file("1/layer.tar", other)
                .file("manifest.json", "[{\"Config\":\"c.json\",\"Layers\":[\"1/layer.tar\"]}]")
                .tar());
    OcifsException e = failure(() -> bench.copy("docker-archive:" + file, "oci:" + out + "/x"));
    assertThat(e.kind()).isEqualTo(OcifsException.Kind.MISMATCH);
    assertThat(e.getMessage()).contains("layer sha256:" + TestImage.sha256(tar));
    assertThat(left()).isEmpty();
  }

  @Test
  void aRegistryThatRefusesHalfWayHasNoTag() throws IOException {
    String source = layout();
    bench.registry.next(
        Route.UPLOAD, Fault.cutUploadAfter(1000), Fault.status(403, "DENIED", "no"));
    bench.registry.always(Route.UPLOAD, Fault.status(403, "DENIED", "no"));
    OcifsException e = failure(() -> bench.copy(source, registry("x:1")));
    assertThat(e.kind()).isEqualTo(OcifsException.Kind.DENIED);
    assertThat(e.getMessage()).startsWith("image " + source + ": layer sha256:");
    assertThat(bench.registry.manifest("x", "1")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"oci-archive:", "docker-archive:"})
  void archivesThatExistAreNotReplacedUnasked(String transport) throws IOException {
    Path file = Files.writeString(out.resolve("x.tar"), "precious");
    String source = layout();
    OcifsException e = failure(() -> bench.copy(source, transport + file));
    assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE);
    assertThat(file).hasContent("precious");
    Descriptor copied =
        bench.copy(source, bench.destinations(true).of(transport + file), CopyProgress.NONE);
    assertThat(copied.size()).isPositive();
    assertThat(bench.list(transport + file).differences(bench.list(source))).isEmpty();
    assertThat(left()).containsExactly("x.tar");
  }

  @Test
  void aFullDiskLeavesNothing() throws IOException {
    String source = layout();
    Assumptions.assumeTrue(
        Tools.run("mount", "-t", "tmpfs", "-o", "size=256k", "ocifs-test", out.toString()).code()
            == 0,
        "only root can mount a small tmpfs");
    try {
      for (String destination : List.of("oci:out", "oci-archive:out/x", "docker-archive:out/x")) {
        OcifsException e = failure(() -> bench.copy(source, destination));
        assertThat(e.kind()).isEqualTo(OcifsException.Kind.IO);
        assertThat(e.getMessage()).contains("No space left", "free space there");
        assertThat(left()).noneMatch(file -> file.endsWith(".tmp") || file.contains("index.json"));
      }
    } finally {
      assertThat(Tools.run("umount", out.toString()).code()).isZero();
    }
  }

  @Test
  void otherImagesOfALayoutStay() throws IOException {
    String source = layout();
    String other =
        "oci:"
            + OciLayoutWriter.write(
                dir.resolve("other"),
                TestImage.ofEntries(List.of(List.of(Entry.file("other", "1")))));
    Descriptor a = bench.copy(source, "oci:out:a");
    Descriptor b = bench.copy(other, "oci:out:b");
    assertThat(names("oci:out")).containsExactly("a " + a.digest(), "b " + b.digest());
    Descriptor replaced = bench.copy(other, "oci:out:a");
    assertThat(replaced.digest()).isEqualTo(b.digest());
    assertThat(names("oci:out")).containsExactly("b " + b.digest(), "a " + b.digest());
    assertThat(left()).noneMatch(file -> file.endsWith(".tmp"));
  }

  private List<String> names(String layout) throws IOException {
    return Images.list(layout, bench.options().withDirectory(dir)).stream()
        .map(name -> name.ref().orElse("") + " " + digest(name))
        .toList();
  }

  private static Digest digest(ImageName name) {
    return name.digest().orElseThrow();
  }

  @Test
  void foldersOfOtherThingsAreNoLayouts() throws IOException {
    Path file = Files.writeString(out.resolve("thesis.txt"), "precious");
    String source = layout();
    OcifsException e = failure(() -> bench.copy(source, "oci:" + out));
    assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE);
    assertThat(left()).containsExactly(out.relativize(file).toString());
  }

  @Test
  void blobsOfTheSameRegistryAreNotSent() throws IOException {
    String source = layout();
    Descriptor first = bench.copy(source, registry("a:1"));
    bench.registry.resetCounters();
    Descriptor second = bench.copy(registry("a:1"), registry("b/c:2"));
    assertThat(second.digest()).isEqualTo(first.digest());
    assertThat(bench.registry.recorded(Route.UPLOAD))
        .isNotEmpty()
        .allMatch(request -> request.method().equals("POST"));
    try (Image image = bench.open(source)) {
      Digest layer = image.layers().get(0).digest().orElseThrow();
      assertThat(bench.registry.blob("b/c", layer)).hasSize((int) image.layers().get(0).size());
      assertThat(bench.registry.sentBytes(Route.BLOB)).isLessThan(image.layers().get(0).size());
    }
  }

  @Test
  void progressAddsUpAndWhatIsThereIsNotCopiedAgain() throws IOException {
    Map<Digest, Long> bytes = new ConcurrentHashMap<>();
    Map<Digest, Boolean> copied = new ConcurrentHashMap<>();
    CopyProgress progress =
        new CopyProgress() {
          @Override
          public void started(Digest blob, Step step, long totalBytes) {
            bytes.put(blob, -totalBytes);
          }

          @Override
          public void advanced(Digest blob, long more) {
            bytes.merge(blob, more, Long::sum);
          }

          @Override
          public void finished(Digest blob, boolean was) {
            copied.put(blob, was);
          }
        };
    String source = layout();
    for (String destination : List.of("oci:out:a", registry("a:1"), "stored:1")) {
      bytes.clear();
      Descriptor first = bench.copy(source, bench.destination(destination), progress);
      assertThat(bytes.values()).hasSize(3).containsOnly(0L);
      assertThat(copied.values()).hasSize(3).containsOnly(true);
      Descriptor second = bench.copy(source, bench.destination(destination), progress);
      assertThat(second).isEqualTo(first);
      assertThat(copied.values()).hasSize(3).containsOnly(false);
    }
  }

  @Test
  void aDigestIsAPromise() throws IOException {
    String source = layout();
    Digest digest = bench.copy(source, "oci:out").digest();
    Digest other = new Digest(Digest.Algorithm.SHA256, TestImage.sha256(new byte[0]));
    OcifsException e = failure(() -> bench.copy(source, registry("x@" + other)));
    assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE);
    assertThat(bench.registry.requests(Route.UPLOAD)).isZero();
    Descriptor copied = bench.copy(source, registry("x@" + digest));
    assertThat(bench.registry.manifest("x", copied.digest().toString())).isNotNull();
  }

  @Test
  void layersThatAreNotToBeDistributedStayHere() throws IOException {
    String type = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    TestLayer open = TestLayer.of(Entry.file("a", "1"));
    byte[] tar = TarWriter.tar(Entry.file("b", "2"));
    TestImage image = TestImage.of(open, new TestLayer(tar, LayerBytes.GZIP, type));
    String source = "oci:" + OciLayoutWriter.write(dir.resolve("layout"), image);
    assertThat(MediaType.of(type).isForeign()).isTrue();
    Descriptor copied = bench.copy(source, registry("x:1"));
    assertThat(bench.registry.manifest("x", copied.digest().toString())).isNotNull();
    try (Image opened = bench.open(source)) {
      assertThat(bench.registry.blob("x", opened.layers().get(0).digest().orElseThrow()))
          .isNotNull();
      assertThat(bench.registry.blob("x", opened.layers().get(1).digest().orElseThrow())).isNull();
    }
    assertThat(bench.copy(source, "oci:out").digest()).isEqualTo(copied.digest());
    assertThat(bench.list("oci:" + out).differences(bench.list(source))).isEmpty();
  }
}
