package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What is read from a registry that does nothing wrong, and what is said where something is not
 * there.
 */
class RepositoryTest {
  private static final byte[] MANIFEST =
      ("{\"schemaVersion\":2,\"mediaType\":\"" + MediaType.OCI_MANIFEST + "\"}").getBytes(UTF_8);

  private TestRegistry registry;
  private RegistryClient client;

  @BeforeEach
  void start() throws IOException {
    registry = TestRegistry.start();
    client = TestRegistry.client(RegistryOptions.DEFAULTS);
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  private Repository repository(String name) throws IOException {
    return client.repository(registry.name(name));
  }

  @Test
  void manifestByTagHasTheDigestOfItsBytes() throws IOException {
    Descriptor put = registry.putManifest("a/b", "1", MediaType.OCI_MANIFEST, MANIFEST);
    RawManifest manifest = repository("a/b:1").manifest();
    assertThat(manifest.descriptor()).isEqualTo(put);
    assertThat(manifest.document().bytes()).isEqualTo(MANIFEST);
    assertThat(registry.recorded(Route.MANIFEST).getFirst().header("Accept").orElseThrow())
        .contains(MediaType.OCI_INDEX.value(), MediaType.DOCKER_MANIFEST.value());
    assertThat(registry.recorded(Route.MANIFEST).getFirst().header("User-Agent").orElseThrow())
        .startsWith("ocifs");
  }

  @Test
  void manifestByDigestIsThatOneOrAnError() throws IOException {
    Descriptor put = registry.putManifest("a/b", "1", MediaType.OCI_MANIFEST, MANIFEST);
    Repository repository = repository("a/b:1");
    assertThat(repository.manifest(put.digest().toString()).descriptor()).isEqualTo(put);
    registry.next(Route.MANIFEST, Fault.flip(3));
    assertThatThrownBy(() -> repository.manifest(put.digest().toString()))
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(OcifsException.Kind.MISMATCH);
              assertThat(e).hasMessageContaining(put.digest().toString());
            });
  }

  @Test
  void manifestByTagWithAnotherDigestThanTheRegistrySaysIsRefused() throws IOException {
    registry.putManifest("a/b", "1", MediaType.OCI_MANIFEST, MANIFEST);
    registry.next(Route.MANIFEST, Fault.flip(3));
    assertThatThrownBy(() -> repository("a/b:1").manifest())
        .extracting(e -> ((OcifsException) e).kind())
        .isEqualTo(OcifsException.Kind.MISMATCH);
  }

  @Test
  void documentThatSaysItIsOfAnotherTypeIsRefused() throws IOException {
    registry.putManifest("a/b", "1", MediaType.OCI_INDEX, MANIFEST);
    assertThatThrownBy(() -> repository("a/b:1").manifest())
        .extracting(e -> ((OcifsException) e).kind())
        .isEqualTo(OcifsException.Kind.INVALID_IMAGE);
  }

  @Test
  void documentTellsItsTypeWhereTheRegistryDoesNot() throws IOException {
    registry.putManifest("a/b", "1", new MediaType("text/plain"), MANIFEST);
    assertThat(repository("a/b:1").manifest().mediaType()).isEqualTo(MediaType.OCI_MANIFEST);
  }

  @Test
  void missingImageIsNamed() {
    assertThatThrownBy(() -> repository("a/b:1").manifest())
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(OcifsException.Kind.NOT_FOUND);
              assertThat(e).hasMessageContaining("a/b").hasMessageContaining("MANIFEST_UNKNOWN");
            });
  }

  @Test
  void headNamesAManifestWithoutGettingIt() throws IOException {
    Descriptor put = registry.putManifest("a/b", "1", MediaType.OCI_MANIFEST, MANIFEST);
    assertThat(repository("a/b:1").head("1")).contains(put);
    assertThat(repository("a/b:1").head("2")).isEmpty();
    assertThat(registry.sentBytes(Route.MANIFEST)).isZero();
  }

  @Test
  void smallBlobIsComparedWithItsDescriptor() throws IOException {
    Descriptor put = registry.putBlob("a/b", MediaType.OCI_CONFIG, "{}".getBytes(UTF_8));
    Repository repository = repository("a/b:1");
    assertThat(repository.blob(put).bytes()).isEqualTo("{}".getBytes(UTF_8));
    registry.next(Route.BLOB, Fault.flip(0));
    assertThatThrownBy(() -> repository.blob(put))
        .extracting(e -> ((OcifsException) e).kind())
        .isEqualTo(OcifsException.Kind.MISMATCH);
  }

  @Test
  void hasBlobTells() throws IOException {
    Descriptor put = registry.putBlob("a/b", MediaType.OCI_CONFIG, "{}".getBytes(UTF_8));
    assertThat(repository("a/b:1").hasBlob(put.digest())).isTrue();
    assertThat(repository("a/c:1").hasBlob(put.digest())).isFalse();
  }

  @Test
  void tagsComeFromAllPages() throws IOException {
    for (int i = 0; i < 7; i++) {
      registry.putManifest("a/b", "v" + i, MediaType.OCI_MANIFEST, MANIFEST);
    }
    registry.paged(3);
    assertThat(repository("a/b:1").tags())
        .containsExactly("v0", "v1", "v2", "v3", "v4", "v5", "v6");
    assertThat(registry.requests(Route.TAGS)).isEqualTo(3);
  }

  private static byte[] statement(Descriptor subject, String type) {
    Descriptor empty =
        new Descriptor(
            new MediaType("application/vnd.oci.empty.v1+json"),
            Hasher.hash(Digest.Algorithm.SHA256, "{}".getBytes(UTF_8)),
            2);
    return ("{\"schemaVersion\":2,\"mediaType\":\""
            + MediaType.OCI_MANIFEST
            + "\",\"artifactType\":\""
            + type
            + "\",\"config\":"
            + json(empty)
            + ",\"layers\":[],\"subject\":"
            + json(subject)
            + "}")
        .getBytes(UTF_8);
  }

  private static String json(Descriptor descriptor) {
    return "{\"mediaType\":\""
        + descriptor.mediaType()
        + "\",\"digest\":\""
        + descriptor.digest()
        + "\",\"size\":"
        + descriptor.size()
        + "}";
  }

  @Test
  void referrersAreWhatWasPushedWithASubject() throws IOException {
    Descriptor image = registry.putManifest("a/b", "1", MediaType.OCI_MANIFEST, MANIFEST);
    referrersAfterPush(image);
    assertThat(registry.manifest("a/b", Referrers.tag(image.digest()))).isNull();
  }

  @Test
  void referrersAreKeptUnderATagWhereTheRegistryHasNoListOfThem() throws IOException {
    registry.withoutReferrers();
    Descriptor image = registry.putManifest("a/b", "1", MediaType.OCI_MANIFEST, MANIFEST);
    referrersAfterPush(image);
    assertThat(registry.manifest("a/b", "sha256-" + image.digest().hex())).isNotNull();
  }

  private void referrersAfterPush(Descriptor image) throws IOException {
    Repository repository = repository("a/b:1");
    assertThat(repository.referrers(image.digest(), Optional.empty())).isEmpty();
    byte[] first = statement(image, "text/one");
    byte[] second = statement(image, "text/two");
    for (byte[] bytes : List.of(first, second, first)) {
      String digest = Hasher.hash(Digest.Algorithm.SHA256, bytes).toString();
      repository.pushManifest(digest, MediaType.OCI_MANIFEST, bytes);
    }
    assertThat(repository.referrers(image.digest(), Optional.empty()))
        .extracting(d -> d.artifactType().orElseThrow())
        .containsExactlyInAnyOrder("text/one", "text/two");
    List<Descriptor> found = repository.referrers(image.digest(), Optional.of("text/two"));
    assertThat(found)
        .extracting(Descriptor::digest)
        .containsExactly(Hasher.hash(Digest.Algorithm.SHA256, second));
  }
}
