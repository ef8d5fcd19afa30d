package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.source.RangeFetcher;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry that others wrote: {@code docker-registry}, where it is installed. */
class DockerRegistryTest {
  private static final Path PROGRAM = Path.of("/usr/bin/docker-registry");
  private static final byte[] LAYER = new byte[1_000_000];

  @TempDir private static Path dir;
  private static Process process;
  private static String host;
  private static RegistryClient client;

  @BeforeAll
  static void startRegistry() throws IOException {
    assumeTrue(Files.isExecutable(PROGRAM), () -> PROGRAM + " is not installed");
    new Random(3).nextBytes(LAYER);
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    host = "127.0.0.1:" + port;
    Path config =
        Files.writeString(
            dir.resolve("config.yml"),
            """
            version: 0.1
            log:
              level: info
            storage:
              delete:
                enabled: true
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
    client = RegistryClient.open(RegistryOptions.DEFAULTS);
  }

  @AfterAll
  static void stopRegistry() throws InterruptedException {
    if (process != null) {
      client.close();
      process.destroyForcibly().waitFor();
    }
  }

  private static Repository repository(String name) throws IOException {
    return client.repository(RegistryName.parse(host + "/" + name));
  }

  private static Descriptor descriptor(MediaType type, byte[] bytes) {
    return new Descriptor(type, Hasher.hash(Digest.Algorithm.SHA256, bytes), bytes.length);
  }

  private static String json(Descriptor d) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(d.mediaType(), d.digest(), d.size());
  }

  private static byte[] push(Repository to, String tag, int chunkBytes) throws IOException {
    byte[] config = "{\"os\":\"linux\",\"architecture\":\"amd64\"}".getBytes(UTF_8);
    Descriptor configs = descriptor(MediaType.OCI_CONFIG, config);
    Descriptor layer = descriptor(MediaType.OCI_LAYER, LAYER);
    to.pushBlob(configs.digest(), new Bytes(config));
    to.pushBlob(layer.digest(), new Bytes(LAYER), Optional.empty(), chunkBytes);
    byte[] manifest =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
            .formatted(MediaType.OCI_MANIFEST, json(configs), json(layer))
            .getBytes(UTF_8);
    to.pushManifest(tag, MediaType.OCI_MANIFEST, manifest);
    return manifest;
  }

  @Test
  void pushedImageIsReadBack() throws IOException {
    Repository repository = repository("some/app:1");
    byte[] bytes = push(repository, "1", LAYER.length);
    RawManifest manifest = repository.manifest();
    assertThat(manifest.document().bytes()).isEqualTo(bytes);
    assertThat(manifest.mediaType()).isEqualTo(MediaType.OCI_MANIFEST);
    assertThat(repository.head("1")).contains(manifest.descriptor());
    assertThat(repository.head("2")).isEmpty();
    assertThat(repository.manifest(manifest.document().digest().toString())).isNotNull();
    push(repository, "2", LAYER.length);
    assertThat(repository.tags()).containsExactlyInAnyOrder("1", "2");
    assertThat(repository.referrers(manifest.document().digest(), Optional.empty())).isEmpty();
  }

  @Test
  void rangesOfALayerAreItsBytes() throws IOException {
    Repository repository = repository("some/ranges:1");
    push(repository, "1", LAYER.length);
    RangeFetcher ranges = repository.ranges(descriptor(MediaType.OCI_LAYER, LAYER));
    Random random = new Random(9);
    for (int i = 0; i < 20; i++) {
      int pos = random.nextInt(LAYER.length);
      int len = random.nextInt(LAYER.length - pos) + 1;
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      ranges.fetch(pos, len, (at, b, off, n) -> got.write(b, off, n));
      assertThat(got.toByteArray()).isEqualTo(Arrays.copyOfRange(LAYER, pos, pos + len));
    }
  }

  @Test
  void layerIsPushedInChunksAndTakenOverByAnotherRepository() throws IOException {
    Repository chunked = repository("chunked:1");
    push(chunked, "1", 300_000);
    Digest layer = descriptor(MediaType.OCI_LAYER, LAYER).digest();
    assertThat(chunked.hasBlob(layer)).isTrue();
    Repository other = repository("other:1");
    assertThat(other.hasBlob(layer)).isFalse();
    other.pushBlob(layer, new Bytes(LAYER), Optional.of("chunked"));
    assertThat(other.hasBlob(layer)).isTrue();
  }

  @Test
  void referrersAreKeptUnderATag() throws IOException {
    Repository repository = repository("some/signed:1");
    push(repository, "1", LAYER.length);
    Descriptor image = repository.head("1").orElseThrow();
    byte[] empty = "{}".getBytes(UTF_8);
    Descriptor config = descriptor(new MediaType("application/vnd.oci.empty.v1+json"), empty);
    repository.pushBlob(config.digest(), new Bytes(empty));
    byte[] statement =
        ("{\"schemaVersion\":2,\"mediaType\":\"%s\",\"artifactType\":\"text/x\","
                + "\"config\":%s,\"layers\":[%s],\"subject\":%s}")
            .formatted(MediaType.OCI_MANIFEST, json(config), json(config), json(image))
            .getBytes(UTF_8);
    Descriptor pushed = descriptor(MediaType.OCI_MANIFEST, statement);
    repository.pushManifest(pushed.digest().toString(), MediaType.OCI_MANIFEST, statement);
    List<Descriptor> found = repository.referrers(image.digest(), Optional.of("text/x"));
    assertThat(found).extracting(Descriptor::digest).containsExactly(pushed.digest());
  }

  @Test
  void missingRepositoryIsNotFound() {
    assertThatThrownBy(() -> repository("no/such:1").manifest())
        .extracting(e -> ((OcifsException) e).kind())
        .isEqualTo(OcifsException.Kind.NOT_FOUND);
    assertThatThrownBy(() -> repository("no/such:1").tags()).hasMessageContaining("NAME_UNKNOWN");
  }
}
