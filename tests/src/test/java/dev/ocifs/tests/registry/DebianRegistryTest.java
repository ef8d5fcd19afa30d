package dev.ocifs.tests.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.lazy.LazyOptions;
import dev.ocifs.oci.registry.RegistryClient;
import dev.ocifs.oci.registry.RegistryOptions;
import dev.ocifs.oci.remote.RemoteOptions;
import dev.ocifs.tests.conformance.Opened;
import dev.ocifs.tests.conformance.Tools;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images that {@code skopeo} pushed to {@code docker-registry}, where both are installed. */
@Timeout(120)
class DebianRegistryTest {
  private static final Path SKOPEO = Path.of("/usr/bin/skopeo");
  private static final RemoteOptions OPTIONS =
      RemoteOptions.DEFAULTS.withFetching(
          LazyOptions.DEFAULT.withReadTimeout(Duration.ofSeconds(2)));
  private static final int BIG_BYTES = 5_000_000;

  @TempDir Path dir;
  private @Nullable DebianRegistry registry;
  private String host = "";

  @BeforeEach
  void push() throws Exception {
    assumeTrue(Tools.has(DebianRegistry.PROGRAM), () -> DebianRegistry.PROGRAM + " is missing");
    assumeTrue(Files.isExecutable(SKOPEO), () -> SKOPEO + " is not installed");
    registry = new DebianRegistry(dir);
    registry.start();
    host = registry.host();
    TestImage image =
        TestImage.of(
            Scene.bigLayer(LayerBytes.GZIP, BIG_BYTES),
            TestLayer.of(LayerBytes.ZSTD, TarWriter.tar(Scene.manyFiles(20, 20_000))));
    OciLayoutWriter.write(dir.resolve("layout"), image);
    Process skopeo =
        new ProcessBuilder(
                SKOPEO.toString(),
                "--insecure-policy",
                "copy",
                "--dest-tls-verify=false",
                "oci:" + dir.resolve("layout") + ":latest",
                name())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("skopeo.log").toFile())
            .start();
    assertThat(skopeo.waitFor()).as("%s", Files.readString(dir.resolve("skopeo.log"))).isZero();
  }

  @AfterEach
  void stop() {
    if (registry != null) {
      registry.stop();
    }
  }

  private String name() {
    return "docker://" + host + "/some/app:1";
  }

  private Client client() throws IOException {
    return new Client(
        dir.resolve("store"), () -> RegistryClient.open(RegistryOptions.DEFAULTS), OPTIONS);
  }

  private List<String> differences(Client client) throws IOException {
    return client
        .list(name())
        .differences(Opened.listing("oci:" + dir.resolve("layout"), dir.resolve("other-store")));
  }

  @Test
  void aPulledImageNeedsItsRegistryNoMore() throws Exception {
    try (Client client = client()) {
      client.pull(name());
    }
    stop();
    try (Client client = client()) {
      assertThat(differences(client)).isEmpty();
      client.pull(name());
      assertThat(client.isWhole(name())).isTrue();
    }
  }

  @Test
  void aLazyImageOutlivesTheStopOfItsRegistry() throws Exception {
    byte[] big = Scene.noise(BIG_BYTES, 1);
    try (Client client = client()) {
      client.pull(name());
      client.remove(name());
    }
    try (Client client = client();
        ImageView view = client.view(name())) {
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo("the last".getBytes(UTF_8));
      requireNonNull(registry).stop();
      assertThatThrownBy(() -> Client.read(view, Scene.BIG, 0, 100))
          .isInstanceOfSatisfying(
              OcifsException.class,
              e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.REMOTE));
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo("the last".getBytes(UTF_8));
      registry.start();
      assertThat(Client.read(view, Scene.BIG, 0, BIG_BYTES)).isEqualTo(big);
      assertThat(differences(client)).isEmpty();
    }
  }
}
