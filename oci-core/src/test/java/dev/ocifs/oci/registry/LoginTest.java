package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who the user is: passwords, tokens, and that nobody else gets to know. */
class LoginTest {
  private static final Credential ALICE = new Credential("alice", "hunter2", false);

  private final FakeTime time = new FakeTime();
  private final List<Credential> refused = new ArrayList<>();
  private TestRegistry registry;
  private RegistryClient client;

  @BeforeEach
  void start() throws IOException {
    registry = TestRegistry.start();
    for (String repository : List.of("a/b", "c")) {
      registry.putManifest(repository, "1", MediaType.OCI_MANIFEST, "{}".getBytes(UTF_8));
    }
    open(ALICE);
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  private void open(@Nullable Credential credential) {
    Credentials credentials =
        new Credentials() {
          @Override
          public Optional<Credential> find(String host, String repository) {
            assertThat(host).isEqualTo(registry.host());
            return Optional.ofNullable(credential);
          }

          @Override
          public void refused(String host, Credential c) {
            refused.add(c);
          }
        };
    client =
        RegistryClient.open(
            RegistryOptions.DEFAULTS.withCredentials(credentials), time, InetAddress::getAllByName);
  }

  private void read(String name) throws IOException {
    client.repository(registry.name(name)).manifest();
  }

  private void denied() {
    assertThatThrownBy(() -> read("a/b:1"))
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(OcifsException.Kind.DENIED);
              assertThat(e.getMessage())
                  .contains("podman login " + registry.host())
                  .doesNotContain("hunter2");
              assertThat(BlobRangesTest.stackTrace(e)).doesNotContain("hunter2");
            });
  }

  @Test
  void nobodySendsAPasswordUnasked() throws IOException {
    read("a/b:1");
    assertThat(registry.recorded())
        .allSatisfy(request -> assertThat(request.header("Authorization")).isEmpty());
  }

  @Test
  void passwordIsSentWhereItIsDemandedAndFromThenOnAtOnce() throws IOException {
    registry.logins().demandPassword(ALICE);
    read("a/b:1");
    read("c:1");
    assertThat(registry.requests(Route.MANIFEST)).isEqualTo(3);
  }

  @Test
  void wrongPasswordIsDeniedAndForgotten() {
    registry.logins().demandPassword(new Credential("alice", "other", false));
    denied();
    assertThat(refused).containsExactly(ALICE);
  }

  @Test
  void tokenIsGotOnceAndNextRepositoryIsNotRefusedFirst() throws IOException {
    registry.logins().demandTokens(ALICE);
    read("a/b:1");
    read("a/b:1");
    read("c:1");
    assertThat(registry.requests(Route.MANIFEST)).isEqualTo(4);
    assertThat(registry.requests(Route.TOKEN)).isEqualTo(2);
    Recorded first = registry.recorded(Route.TOKEN).getFirst();
    assertThat(first.query()).contains("service=test", "scope=repository%3Aa%2Fb%3Apull");
    assertThat(first.header("Authorization")).isPresent();
  }

  @Test
  void tokenIsGotForNobodyWhereThereIsNoCredential() throws IOException {
    client.close();
    open(null);
    registry.logins().demandTokens(null);
    read("a/b:1");
    assertThat(registry.recorded(Route.TOKEN).getFirst().header("Authorization")).isEmpty();
  }

  @Test
  void tokenIsGotAnewBeforeItExpires() throws IOException {
    registry.logins().demandTokens(ALICE);
    registry.logins().life(100);
    read("a/b:1");
    time.advance(Duration.ofSeconds(89));
    read("a/b:1");
    assertThat(registry.requests(Route.TOKEN)).isEqualTo(1);
    time.advance(Duration.ofSeconds(2));
    read("a/b:1");
    assertThat(registry.requests(Route.TOKEN)).isEqualTo(2);
    assertThat(registry.requests(Route.MANIFEST)).as("none was refused").isEqualTo(4);
  }

  @Test
  void identityTokenGoesByPost() throws IOException {
    Credential identity = new Credential("", "refresh-me", true);
    client.close();
    open(identity);
    registry.logins().demandTokens(identity);
    read("a/b:1");
    Recorded request = registry.recorded(Route.TOKEN).getFirst();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.query()).contains("grant_type=refresh_token", "refresh_token=refresh-me");
    assertThat(request.header("Authorization")).isEmpty();
  }

  @Test
  void tokenServerThatDoesNotKnowTheUserIsADenial() {
    registry.logins().demandTokens(new Credential("bob", "other", false));
    denied();
    assertThat(refused).containsExactly(ALICE);
  }

  @Test
  void registryThatTakesNoTokenIsADenialAfterBoundedAttempts() {
    registry.logins().demandTokens(ALICE);
    registry.always(
        Route.MANIFEST,
        visit -> {
          visit.header("WWW-Authenticate", "Bearer realm=\"" + registry.url("/token") + "\"");
          Fault.status(401, "UNAUTHORIZED", "never").apply(visit);
        });
    denied();
    assertThat(registry.requests(Route.MANIFEST)).isEqualTo(3);
  }

  @Test
  void busyTokenServerIsAskedAgain() throws IOException {
    registry.logins().demandTokens(ALICE);
    registry.next(Route.TOKEN, Fault.retryAfter(429, "3"), Fault.status(503, "X", "busy"));
    read("a/b:1");
    assertThat(time.sleeps()).hasSize(2);
    assertThat(time.sleeps().getFirst()).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void manyThreadsGetOneToken() throws Exception {
    registry.logins().demandTokens(ALICE);
    int readers = 8;
    CountDownLatch arrived = new CountDownLatch(readers);
    Fault together =
        visit -> {
          arrived.countDown();
          Fault.silent(arrived).apply(visit);
        };
    for (int i = 0; i < readers; i++) {
      registry.next(Route.MANIFEST, together); // all are refused before one can have a token
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> reads = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        reads.add(
            threads.submit(
                () -> {
                  read("a/b:1");
                  return null;
                }));
      }
      for (Future<?> read : reads) {
        read.get();
      }
    }
    assertThat(registry.requests(Route.TOKEN)).isEqualTo(1);
  }

  @Test
  void tokenServerWithoutEncryptionElsewhereIsRefused() {
    registry.logins().demandTokens(ALICE);
    registry.logins().realm("http://auth.example.com/token");
    client.close();
    Credentials alice = (host, repository) -> Optional.of(ALICE);
    client =
        RegistryClient.open(
            RegistryOptions.DEFAULTS.withCredentials(alice),
            time,
            host -> new InetAddress[] {InetAddress.ofLiteral("93.184.215.14")});
    assertThatThrownBy(() -> read("a/b:1"))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("without encryption");
  }

  @Test
  void tokenServerInsideAPrivateNetworkIsRefused() throws IOException {
    try (TestRegistry other = TestRegistry.start()) {
      registry.logins().demandTokens(ALICE);
      for (String realm :
          List.of(
              other.url("/token"),
              "https://169.254.169.254/latest",
              "https://10.1.2.3/token",
              "https://[fe80::1]/token",
              "https://[::ffff:10.0.0.1]/token",
              "https://localhost:1/token")) {
        registry.logins().realm(realm);
        assertThatThrownBy(() -> read("a/b:1"))
            .as(realm)
            .isInstanceOf(OcifsException.class)
            .hasMessageContaining("private network")
            .hasMessageContaining("--allow-private");
      }
      assertThat(other.recorded()).isEmpty();
    }
  }

  @Test
  void nothingPrintsASecret() {
    assertThat(ALICE.toString()).doesNotContain("hunter2");
    assertThat(new Answers.Token("tok", Optional.empty()).toString()).doesNotContain("tok,");
    assertThat(RegistryOptions.DEFAULTS.withCredentials((h, r) -> Optional.of(ALICE)).toString())
        .doesNotContain("hunter2");
  }
}
