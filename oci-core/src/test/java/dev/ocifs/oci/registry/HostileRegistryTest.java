package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Registries that want to be followed, believed or read to the end; and mirrors that fail. */
class HostileRegistryTest {
  private TestRegistry registry;
  private RegistryClient client;

  @BeforeEach
  void start() throws IOException {
    registry = TestRegistry.start();
    registry.putManifest("a/b", "1", MediaType.OCI_MANIFEST, "{}".getBytes(UTF_8));
    client = TestRegistry.client(RegistryOptions.DEFAULTS);
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  private Repository repository() throws IOException {
    return client.repository(registry.name("a/b:1"));
  }

  private static void fails(OcifsException.Kind kind, ThrowingCallable call, String... words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(kind);
              assertThat(e.getMessage()).contains(words);
            });
  }

  @Test
  void redirectIntoAPrivateNetworkIsNotFollowed() throws IOException {
    try (TestRegistry other = TestRegistry.start()) {
      registry.always(Route.MANIFEST, Fault.redirect(307, other.url("/v2/a/b/manifests/1")));
      fails(OcifsException.Kind.UNSUPPORTED, () -> repository().manifest(), "private network");
      assertThat(other.recorded()).isEmpty();
    }
  }

  @Test
  void redirectsThatDoNotEndAreGivenUp() {
    registry.always(Route.MANIFEST, Fault.redirect(302, "/v2/a/b/manifests/1"));
    fails(OcifsException.Kind.REMOTE, () -> repository().manifest(), "circles");
    assertThat(registry.requests(Route.MANIFEST)).isEqualTo(6);
  }

  @Test
  void secretDoesNotComeBackWithALaterHop() throws IOException {
    client.close();
    client = TestRegistry.client(TestRegistry.options());
    registry.logins().demandTokens(null);
    repository().manifest();
    try (TestRegistry other = TestRegistry.start()) {
      registry.always(
          Route.MANIFEST,
          visit -> {
            if (visit.exchange.getRequestURI().getPath().startsWith("/v2/a/b/")) {
              Fault.redirect(307, other.url("/v2/a/b/manifests/1")).apply(visit);
            }
          });
      other.always(Route.MANIFEST, Fault.redirect(307, registry.url("/v2/x/manifests/1")));
      registry.resetCounters();
      fails(OcifsException.Kind.DENIED, () -> repository().manifest(), "UNAUTHORIZED");
      assertThat(registry.recorded(Route.MANIFEST))
          .allSatisfy(
              request ->
                  assertThat(request.header("Authorization").isPresent())
                      .isEqualTo(request.path().startsWith("/v2/a/b/")));
      assertThat(other.recorded())
          .allSatisfy(request -> assertThat(request.header("Authorization")).isEmpty());
    }
  }

  @Test
  void addressesThatAreNoneAreErrors() {
    for (String address : List.of("http://[", "http://a b/", "http://127.0.0.1:99999/", "x:y")) {
      registry.next(Route.MANIFEST, Fault.redirect(307, address));
      assertThatThrownBy(() -> repository().manifest())
          .as(address)
          .isInstanceOf(OcifsException.class);
    }
  }

  @Test
  void longDocumentIsRefusedBeforeItIsRead() {
    registry.putManifest("a/b", "1", MediaType.OCI_MANIFEST, new byte[(4 << 20) + 1]);
    fails(OcifsException.Kind.LIMIT, () -> repository().manifest(), "4194304");
    registry.always(Route.MANIFEST, Fault.endless());
    fails(OcifsException.Kind.LIMIT, () -> repository().manifest(), "4194304");
  }

  @Test
  void endlessErrorIsCutAndEscaped() {
    registry.always(
        Route.MANIFEST,
        visit -> {
          visit.endless = true;
          visit.answer(
              404,
              ("{\"errors\":[{\"code\":\"X\\u001b[2J\",\"message\":\"" + "m".repeat(5000) + "\"}],")
                  .getBytes(UTF_8));
        });
    assertThatThrownBy(() -> repository().manifest())
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .contains("X\\x1b[2J: mmm")
                    .doesNotContain("\u001b")
                    .hasSizeLessThan(1000));
  }

  @Test
  void listOfTagsThatGoesRoundIsGivenUp() {
    registry.always(
        Route.TAGS,
        visit ->
            visit
                .header("Link", "</v2/a/b/tags/list?last=x>; rel=\"next\"")
                .answer(200, "{\"tags\":[\"x\"]}".getBytes(UTF_8)));
    fails(OcifsException.Kind.REMOTE, () -> repository().tags(), "circles");
    assertThat(registry.requests(Route.TAGS)).isEqualTo(2);
  }

  @Test
  void nextPageInsideAPrivateNetworkIsNotAskedFor() throws IOException {
    try (TestRegistry other = TestRegistry.start()) {
      registry.always(
          Route.TAGS,
          visit ->
              visit
                  .header("Link", "<" + other.url("/v2/a/b/tags/list") + ">; rel=\"next\"")
                  .answer(200, "{\"tags\":[]}".getBytes(UTF_8)));
      fails(OcifsException.Kind.UNSUPPORTED, () -> repository().tags(), "private network");
      assertThat(other.recorded()).isEmpty();
    }
  }

  @Test
  void answersThatAreNoJsonAreErrors() {
    for (String json : List.of("", "[]", "{", "{\"tags\":[", "<html>", "{\"tags\":[\"a\"")) {
      registry.next(Route.TAGS, visit -> visit.answer(200, json.getBytes(UTF_8)));
      fails(OcifsException.Kind.REMOTE, () -> repository().tags(), registry.host());
    }
  }

  @Test
  void tokenThatCannotStandInAHeaderIsAnError() {
    registry.logins().demandTokens(null);
    for (String json :
        List.of("{}", "{\"token\":\"a\\r\\nX: y\"}", "{\"token\":7}", "{\"token\":\"\"}")) {
      registry.next(Route.TOKEN, visit -> visit.answer(200, json.getBytes(UTF_8)));
      fails(OcifsException.Kind.REMOTE, () -> repository().manifest(), "without a token");
    }
  }

  @Test
  void challengeWithoutATokenServerIsAnError() {
    registry.always(
        Route.MANIFEST,
        visit -> visit.header("WWW-Authenticate", "Bearer service=x").answer(401, new byte[0]));
    fails(OcifsException.Kind.REMOTE, () -> repository().manifest(), "does not say where");
  }

  @Test
  void unreachableRegistryIsAnErrorThatNamesIt() throws IOException {
    registry.close();
    fails(OcifsException.Kind.REMOTE, () -> repository().manifest(), registry.host());
  }

  private RegistryName mirrored(TestRegistry... mirrors) throws IOException {
    client.close();
    client =
        RegistryClient.open(
            RegistryOptions.DEFAULTS.withEndpoints(
                name -> {
                  List<Endpoint> all = new ArrayList<>();
                  for (TestRegistry mirror : mirrors) {
                    all.add(new Endpoint(mirror.host(), "cache/a/b", true, true, false, false));
                  }
                  all.add(new Endpoint(registry.host(), "a/b", true));
                  return all;
                }),
            new FakeTime(),
            InetAddress::getAllByName);
    return RegistryName.parse("example.com/a/b:1");
  }

  @Test
  void mirrorIsAskedFirstAndByItsOwnNameOfTheRepository() throws IOException {
    try (TestRegistry mirror = TestRegistry.start()) {
      mirror.putManifest("cache/a/b", "1", MediaType.OCI_MANIFEST, "{\"a\":1}".getBytes(UTF_8));
      RegistryName name = mirrored(mirror);
      assertThat(client.repository(name).manifest().document().bytes())
          .isEqualTo("{\"a\":1}".getBytes(UTF_8));
      assertThat(registry.recorded()).isEmpty();
    }
  }

  @Test
  void failingMirrorsAreFallenThrough() throws IOException {
    try (TestRegistry missing = TestRegistry.start();
        TestRegistry broken = TestRegistry.start()) {
      broken.always(Route.MANIFEST, Fault.status(500, "X", "broken"));
      RegistryName name = mirrored(missing, broken);
      assertThat(client.repository(name).manifest().document().bytes())
          .isEqualTo("{}".getBytes(UTF_8));
      assertThat(broken.requests(Route.MANIFEST)).isEqualTo(2);
    }
  }

  @Test
  void errorAfterMirrorsNamesEachOfThem() throws IOException {
    try (TestRegistry missing = TestRegistry.start();
        TestRegistry broken = TestRegistry.start()) {
      broken.always(Route.MANIFEST, Fault.status(500, "X", "broken"));
      registry.always(Route.MANIFEST, Fault.status(403, "DENIED", "no"));
      RegistryName name = mirrored(missing, broken);
      fails(
          OcifsException.Kind.DENIED,
          () -> client.repository(name).manifest(),
          "mirror " + missing.host(),
          "MANIFEST_UNKNOWN",
          "mirror " + broken.host(),
          "broken",
          "registry " + registry.host());
    }
  }
}
