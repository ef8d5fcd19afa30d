package dev.ocifs.tests.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images that {@code skopeo} pushed to {@code docker-registry}, where both are installed. */
@Timeout(120)
class DebianRegistryTest {
  private static final Path PROGRAM = Path.of("/usr/bin/docker-registry");
  private static final Path SKOPEO = Path.of("/usr/bin/skopeo");
  private static final RemoteOptions OPTIONS =
      RemoteOptions.DEFAULTS.withFetching(
          LazyOptions.DEFAULT.withReadTimeout(Duration.ofSeconds(2)));
  private static final int BIG_BYTES = 5_000_000;

  @TempDir Path dir;
  private String host = "";
  private Process process;

  @BeforeEach
  void push() throws Exception {
    assumeTrue(Files.isExecutable(PROGRAM), () -> PROGRAM + " is not installed");
    assumeTrue(Files.isExecutable(SKOPEO), () -> SKOPEO + " is not installed");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      host = "127.0.0.1:" + free.getLocalPort();
    }
    start();
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

  private void start() throws IOException {
    Path config =
        Files.writeString(
            dir.resolve("config.yml"),
            """
            version: 0.1
            log:
              level: info
            storage:
              filesystem:
                rootdirectory: %s
            http:
              addr: %s
            """
                .formatted(dir.resolve("data"), host));
    process =
        new ProcessBuilder(PROGRAM.toString(), "serve", config.toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader log = process.inputReader(UTF_8);
    String line = log.readLine();
    while (line != null && !line.contains("listening on")) {
      line = log.readLine();
    }
    assertThat(line).as("docker-registry serves").isNotNull();
    Thread.ofVirtual().start(() -> log.lines().forEach(more -> {})); // that it never waits
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
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
      stop();
      assertThatThrownBy(() -> Client.read(view, Scene.BIG, 0, 100))
          .isInstanceOfSatisfying(
              OcifsException.class,
              e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.REMOTE));
      assertThat(Client.read(view, "usr/last", 0, 100)).isEqualTo("the last".getBytes(UTF_8));
      start();
      assertThat(Client.read(view, Scene.BIG, 0, BIG_BYTES)).isEqualTo(big);
      assertThat(differences(client)).isEmpty();
    }
  }
}
