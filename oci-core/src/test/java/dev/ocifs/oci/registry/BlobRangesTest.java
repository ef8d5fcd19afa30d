package dev.ocifs.oci.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.RangeFetcher;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ranges of blobs, from registries that are slow, lie, break off or send elsewhere. */
class BlobRangesTest {
  private static final byte[] CONTENT = new byte[300_000];

  static {
    new Random(5).nextBytes(CONTENT);
  }

  private final FakeTime time = new FakeTime();
  private TestRegistry registry;
  private RegistryClient client;
  private Descriptor blob;

  @BeforeEach
  void start() throws IOException {
    registry = TestRegistry.start();
    blob = registry.putBlob("a/b", MediaType.OCI_LAYER_GZIP, CONTENT);
    client = client(TestRegistry.options());
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  private RegistryClient client(RegistryOptions options) {
    return RegistryClient.open(options, time, InetAddress::getAllByName);
  }

  private RangeFetcher ranges() throws IOException {
    return client.repository(registry.name("a/b:1")).ranges(blob);
  }

  private static byte[] fetch(RangeFetcher ranges, long pos, long len) throws IOException {
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    ranges.fetch(
        pos,
        len,
        (at, bytes, off, n) -> {
          assertThat(at).isEqualTo(pos + got.size());
          got.write(bytes, off, n);
        });
    return got.toByteArray();
  }

  private static byte[] part(long pos, long len) {
    return Arrays.copyOfRange(CONTENT, (int) pos, (int) (pos + len));
  }

  private void fetches(long pos, long len) throws IOException {
    assertThat(fetch(ranges(), pos, len)).isEqualTo(part(pos, len));
  }

  private void fails(OcifsException.Kind kind, String... words) {
    assertThatThrownBy(() -> fetch(ranges(), 1000, 2000))
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(kind);
              assertThat(e.getMessage()).contains(words);
            });
  }

  @Test
  void rangeMovesItsBytesOnly() throws IOException {
    fetches(1000, 2000);
    assertThat(registry.requests(Route.BLOB)).isEqualTo(1);
    assertThat(registry.sentBytes(Route.BLOB)).isEqualTo(2000);
  }

  @Test
  void wholeBlobIsAskedForWithoutARange() throws IOException {
    fetches(0, CONTENT.length);
    assertThat(registry.recorded(Route.BLOB).getFirst().header("Range")).isEmpty();
  }

  @Test
  void nothingIsGotWithoutARequest() throws IOException {
    fetches(1000, 0);
    assertThat(registry.requests(Route.BLOB)).isZero();
  }

  @Test
  void rangeBeyondTheBlobIsRefused() throws IOException {
    RangeFetcher ranges = ranges();
    assertThatThrownBy(() -> fetch(ranges, CONTENT.length - 1, 2))
        .isInstanceOf(OcifsException.class);
    assertThat(registry.requests(Route.BLOB)).isZero();
  }

  @Test
  void registryWithoutRangesIsSkippedThrough() throws IOException {
    registry.always(Route.BLOB, Fault.ignoreRange());
    RangeFetcher ranges = ranges();
    assertThat(fetch(ranges, 1000, 2000)).isEqualTo(part(1000, 2000));
  }

  @Test
  void wrongContentRangeIsAnErrorAndNothingIsHandedOn() {
    registry.always(Route.BLOB, Fault.wrongRange(7));
    fails(OcifsException.Kind.REMOTE, "bytes 1007-3006/300000");
  }

  @Test
  void endlessBodyIsCutAtWhatWasAskedFor() throws IOException {
    registry.always(Route.BLOB, Fault.endless());
    fetches(1000, 2000);
  }

  @Test
  void shortRangesAreTakenUpWhereTheyEnd() throws IOException {
    registry.next(Route.BLOB, Fault.shorter(1500), Fault.shorter(100));
    fetches(1000, 2000);
    assertThat(registry.recorded(Route.BLOB))
        .extracting(r -> r.header("Range").orElseThrow())
        .containsExactly("bytes=1000-2999", "bytes=1500-2999", "bytes=2900-2999");
  }

  @Test
  void brokenConnectionIsTakenUpWhereItBroke() throws IOException {
    registry.next(Route.BLOB, Fault.cutAfter(100_000), Fault.reset(), Fault.cutAfter(50_000));
    fetches(0, CONTENT.length);
    List<Recorded> requests = registry.recorded(Route.BLOB);
    assertThat(requests).hasSize(4);
    assertThat(requests.getLast().header("Range")).contains("bytes=150000-299999");
    assertThat(requests.getLast().header("If-Range")).contains("\"" + blob.digest() + "\"");
    assertThat(registry.sentBytes(Route.BLOB)).isEqualTo(CONTENT.length);
  }

  @Test
  void registryThatAlwaysBreaksOffEndsAfterBoundedAttempts() throws IOException {
    registry.always(Route.BLOB, Fault.cutAfter(1));
    fails(OcifsException.Kind.REMOTE, registry.host());
    assertThat(registry.requests(Route.BLOB)).isEqualTo(1 + HttpSettings.DEFAULTS.retries());
  }

  @Test
  void busyRegistryIsAskedAgainWhenItSays() throws IOException {
    registry.next(
        Route.BLOB,
        Fault.retryAfter(429, "7"),
        Fault.retryAfter(503, "Thu, 01 Jan 2026 00:00:30 GMT"),
        Fault.retryAfter(429, "1000000"));
    fetches(1000, 2000);
    List<Duration> sleeps = time.sleeps();
    assertThat(sleeps).hasSize(3);
    assertThat(sleeps.get(0)).isBetween(Duration.ofSeconds(7), Duration.ofMillis(7200));
    assertThat(sleeps.get(1)).isBetween(Duration.ofMillis(22_000), Duration.ofMillis(23_400));
    assertThat(sleeps.get(2)).isBetween(Duration.ofSeconds(60), Duration.ofMillis(60_800));
  }

  @Test
  void missingBlobIsNotAskedForAgain() {
    registry.removeBlob("a/b", blob.digest());
    fails(OcifsException.Kind.NOT_FOUND, "BLOB_UNKNOWN", blob.digest().toString());
    assertThat(registry.requests(Route.BLOB)).isEqualTo(1);
  }

  @Test
  void blobOfAnotherSizeIsAMismatch() {
    registry.putBlob("a/b", blob.digest(), Arrays.copyOf(CONTENT, 2500));
    fails(OcifsException.Kind.MISMATCH, "2500", "300000");
    registry.putBlob("a/b", blob.digest(), Arrays.copyOf(CONTENT, 500));
    fails(OcifsException.Kind.MISMATCH, "300000");
  }

  @Test
  void bodyThatStandsStillIsGivenUpAndTakenUpElsewhere() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    client.close();
    client =
        client(
            TestRegistry.options()
                .withHttp(
                    HttpSettings.DEFAULTS.withTimeouts(
                        Duration.ofSeconds(5), Duration.ofMillis(300))));
    registry.next(Route.BLOB, Fault.hold(500, never), Fault.silent(never));
    fetches(1000, 2000);
    assertThat(registry.recorded(Route.BLOB))
        .extracting(r -> r.header("Range").orElseThrow())
        .containsExactly("bytes=1000-2999", "bytes=1500-2999", "bytes=1500-2999");
    never.countDown();
  }

  @Test
  void interruptedReaderGivesUpAtOnceAndStaysInterrupted() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch some = new CountDownLatch(1);
    registry.always(Route.BLOB, Fault.hold(500, never));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean still = new AtomicBoolean();
    RangeFetcher ranges = ranges();
    Thread reader =
        new Thread(
            () -> {
              try {
                ranges.fetch(1000, 2000, (at, bytes, off, n) -> some.countDown());
              } catch (IOException e) {
                thrown.set(e);
                still.set(Thread.currentThread().isInterrupted());
              }
            });
    reader.start();
    some.await();
    reader.interrupt();
    reader.join();
    never.countDown();
    assertThat(thrown.get()).isInstanceOf(OcifsException.class).hasMessageContaining("interrupted");
    assertThat(still).isTrue();
    assertThat(registry.requests(Route.BLOB)).isEqualTo(1);
  }

  @Test
  void whatTheSinkThrowsComesOutAndIsNotTriedAgain() throws IOException {
    OcifsException full = new OcifsException(OcifsException.Kind.STORE, "full");
    RangeFetcher ranges = ranges();
    assertThatThrownBy(
            () ->
                ranges.fetch(
                    0,
                    100,
                    (at, bytes, off, n) -> {
                      throw full;
                    }))
        .isSameAs(full);
    assertThat(registry.requests(Route.BLOB)).isEqualTo(1);
  }

  @Test
  void redirectGetsNoSecretAndIsRememberedForTheNextRange() throws IOException {
    try (TestRegistry storage = TestRegistry.start()) {
      storage.putBlob("x", MediaType.OCI_LAYER, CONTENT);
      registry.logins().demandTokens(null);
      registry.always(
          Route.BLOB,
          Fault.redirect(307, storage.url("/storage/" + blob.digest() + "?signature=secret")));
      RangeFetcher ranges = ranges();
      assertThat(fetch(ranges, 1000, 2000)).isEqualTo(part(1000, 2000));
      assertThat(fetch(ranges, 5000, 2000)).isEqualTo(part(5000, 2000));
      assertThat(registry.requests(Route.BLOB)).isEqualTo(1);
      assertThat(storage.recorded(Route.STORAGE))
          .hasSize(2)
          .allSatisfy(
              request -> {
                assertThat(request.header("Authorization")).isEmpty();
                assertThat(request.header("Range")).isPresent();
              });
    }
  }

  @Test
  void redirectThatLeadsNowhereAnyMoreIsAskedForAnew() throws IOException {
    try (TestRegistry storage = TestRegistry.start()) {
      storage.putBlob("x", MediaType.OCI_LAYER, CONTENT);
      String address = storage.url("/storage/" + blob.digest());
      registry.always(Route.BLOB, Fault.redirect(307, address));
      RangeFetcher ranges = ranges();
      assertThat(fetch(ranges, 1000, 2000)).isEqualTo(part(1000, 2000));
      storage.next(Route.STORAGE, Fault.status(403, "EXPIRED", "too late"));
      assertThat(fetch(ranges, 5000, 2000)).isEqualTo(part(5000, 2000));
      assertThat(registry.requests(Route.BLOB)).isEqualTo(2);
      time.advance(Duration.ofMinutes(3));
      assertThat(fetch(ranges, 5000, 2000)).isEqualTo(part(5000, 2000));
      assertThat(registry.requests(Route.BLOB)).isEqualTo(3);
    }
  }

  @Test
  void signedAddressIsNotInMessages() throws IOException {
    try (TestRegistry storage = TestRegistry.start()) {
      registry.always(
          Route.BLOB,
          Fault.redirect(307, storage.url("/storage/" + blob.digest() + "?signature=secret")));
      storage.always(Route.STORAGE, Fault.reset());
      assertThatThrownBy(() -> fetch(ranges(), 0, 10))
          .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("secret"));
    }
  }

  static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void tokenThatExpiresInTheMiddleIsGotAnew() throws IOException {
    registry.logins().demandTokens(null);
    RangeFetcher ranges = ranges();
    fetch(ranges, 0, 10);
    registry.logins().expireTokens();
    assertThat(fetch(ranges, 1000, 2000)).isEqualTo(part(1000, 2000));
    assertThat(registry.logins().tokensGiven()).isEqualTo(2);
  }

  @Test
  void foreignLayerIsFetchedOnlyWhereThatIsAllowed() throws IOException {
    try (TestRegistry elsewhere = TestRegistry.start()) {
      elsewhere.putBlob("x", MediaType.OCI_LAYER, CONTENT);
      Digest digest = Hasher.hash(Digest.Algorithm.SHA256, CONTENT);
      registry.removeBlob("a/b", digest);
      registry.logins().demandTokens(null);
      blob =
          new Descriptor(
              MediaType.OCI_LAYER,
              digest,
              CONTENT.length,
              Optional.empty(),
              Map.of(),
              List.of("ftp://x/", elsewhere.url("/storage/" + digest)),
              Optional.empty());
      fails(OcifsException.Kind.NOT_FOUND, "--allow-foreign-urls");
      assertThat(elsewhere.requests(Route.STORAGE)).isZero();
      client.close();
      client = client(TestRegistry.options().withForeignUrls(true));
      fetches(1000, 2000);
      assertThat(elsewhere.recorded(Route.STORAGE).getFirst().header("Authorization")).isEmpty();
    }
  }

  @Test
  void foreignLayerInsideThePrivateNetworkIsRefused() throws IOException {
    try (TestRegistry elsewhere = TestRegistry.start()) {
      elsewhere.putBlob("x", MediaType.OCI_LAYER, CONTENT);
      Digest digest = Hasher.hash(Digest.Algorithm.SHA256, CONTENT);
      registry.removeBlob("a/b", digest);
      blob =
          new Descriptor(
              MediaType.OCI_LAYER,
              digest,
              CONTENT.length,
              Optional.empty(),
              Map.of(),
              List.of(elsewhere.url("/storage/" + digest)),
              Optional.empty());
      client.close();
      client = client(RegistryOptions.DEFAULTS.withForeignUrls(true));
      fails(OcifsException.Kind.UNSUPPORTED, "--allow-private");
      assertThat(elsewhere.recorded()).isEmpty();
    }
  }
}
