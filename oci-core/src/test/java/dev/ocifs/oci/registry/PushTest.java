package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pushes of blobs and manifests, whole, in chunks, and broken off. */
class PushTest {
  private static final int CHUNK = 10_000;

  private final byte[] content = new byte[35_000];
  private TestRegistry registry;
  private RegistryClient client;
  private Digest digest;

  @BeforeEach
  void start() throws IOException {
    new Random(7).nextBytes(content);
    digest = Hasher.hash(Digest.Algorithm.SHA256, content);
    registry = TestRegistry.start();
    client = TestRegistry.client(RegistryOptions.DEFAULTS);
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  private void push(Optional<String> from, int chunkBytes) throws IOException {
    client
        .repository(registry.name("a/b:1"))
        .pushBlob(digest, new Bytes(content), from, chunkBytes);
  }

  private List<String> uploads() {
    return registry.recorded(Route.UPLOAD).stream().map(Recorded::method).toList();
  }

  @Test
  void shortBlobGoesInOnePiece() throws IOException {
    push(Optional.empty(), content.length);
    assertThat(registry.blob("a/b", digest)).isEqualTo(content);
    assertThat(uploads()).containsExactly("POST", "PUT");
  }

  @Test
  void blobThatIsThereIsNotSent() throws IOException {
    registry.putBlob("a/b", MediaType.OCI_LAYER, content);
    push(Optional.empty(), CHUNK);
    assertThat(uploads()).isEmpty();
  }

  @Test
  void blobOfAnotherRepositoryIsTakenFromThere() throws IOException {
    registry.logins().demandTokens(null);
    registry.putBlob("other", MediaType.OCI_LAYER, content);
    push(Optional.of("other"), CHUNK);
    assertThat(registry.blob("a/b", digest)).isEqualTo(content);
    assertThat(uploads()).containsOnly("POST");
    assertThat(registry.recorded(Route.TOKEN).getLast().query())
        .contains("repository%3Aother%3Apull", "repository%3Aa%2Fb%3Apull%2Cpush");
  }

  @Test
  void blobThatTheOtherRepositoryDoesNotHaveIsSent() throws IOException {
    push(Optional.of("other"), content.length);
    assertThat(registry.blob("a/b", digest)).isEqualTo(content);
    assertThat(uploads()).containsExactly("POST", "PUT");
  }

  @Test
  void longBlobGoesInChunks() throws IOException {
    push(Optional.empty(), CHUNK);
    assertThat(registry.blob("a/b", digest)).isEqualTo(content);
    assertThat(uploads()).containsExactly("POST", "PATCH", "PATCH", "PATCH", "PATCH", "PUT");
  }

  @Test
  void chunkThatBreaksOffGoesOnWhereTheUploadIs() throws IOException {
    registry.next(Route.UPLOAD, visit -> {}, visit -> {}, Fault.cutUploadAfter(4000));
    push(Optional.empty(), CHUNK);
    assertThat(registry.blob("a/b", digest)).isEqualTo(content);
    assertThat(registry.uploads().begun()).isEqualTo(1);
    assertThat(registry.recorded(Route.UPLOAD))
        .extracting(r -> r.header("Content-Range").orElse(r.method()))
        .containsExactly(
            "POST",
            "0-9999",
            "10000-19999",
            "GET",
            "14000-23999",
            "24000-33999",
            "34000-34999",
            "PUT");
  }

  @Test
  void registryWithoutChunksGetsOnePiece() throws IOException {
    registry.uploads().refuseChunks();
    push(Optional.empty(), CHUNK);
    assertThat(registry.blob("a/b", digest)).isEqualTo(content);
    assertThat(uploads()).containsExactly("POST", "PATCH", "POST", "PUT");
  }

  @Test
  void pieceThatBreaksOffIsBegunAnew() throws IOException {
    registry.next(Route.UPLOAD, visit -> {}, Fault.cutUploadAfter(4000));
    push(Optional.empty(), content.length);
    assertThat(registry.blob("a/b", digest)).isEqualTo(content);
    assertThat(uploads()).containsExactly("POST", "PUT", "POST", "PUT");
  }

  @Test
  void bytesThatAreNotTheDigestsAreRefusedByTheRegistry() {
    content[0]++;
    assertThatThrownBy(() -> push(Optional.empty(), content.length))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("DIGEST_INVALID");
    assertThat(registry.blob("a/b", digest)).isNull();
  }

  @Test
  void uploadThatIsSentIntoAPrivateNetworkIsRefused() throws IOException {
    try (TestRegistry other = TestRegistry.start()) {
      registry.next(
          Route.UPLOAD,
          visit -> visit.header("Location", other.url("/upload")).answer(202, new byte[0]));
      assertThatThrownBy(() -> push(Optional.empty(), content.length))
          .isInstanceOf(OcifsException.class)
          .hasMessageContaining("private network");
      assertThat(other.recorded()).isEmpty();
    }
  }

  @Test
  void manifestIsStoredUnderItsTagAndDigest() throws IOException {
    byte[] manifest =
        ("{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a/b\",\"digest\":\""
                + digest
                + "\",\"size\":1},\"layers\":[]}")
            .getBytes(UTF_8);
    Repository repository = client.repository(registry.name("a/b:1"));
    repository.pushManifest("1", MediaType.OCI_MANIFEST, manifest);
    RawManifest stored = repository.manifest("1");
    assertThat(stored.document().bytes()).isEqualTo(manifest);
    assertThat(stored.mediaType()).isEqualTo(MediaType.OCI_MANIFEST);
    assertThat(repository.tags()).containsExactly("1");
  }

  @Test
  void registryThatStoresSomethingElseIsFoundOut() throws IOException {
    registry.next(
        Route.MANIFEST,
        visit ->
            visit
                .header("Docker-Content-Digest", "sha256:" + "0".repeat(64))
                .answer(201, new byte[0]));
    Repository repository = client.repository(registry.name("a/b:1"));
    assertThatThrownBy(
            () -> repository.pushManifest("1", MediaType.OCI_MANIFEST, "{}".getBytes(UTF_8)))
        .extracting(e -> ((OcifsException) e).kind())
        .isEqualTo(OcifsException.Kind.MISMATCH);
  }
}
