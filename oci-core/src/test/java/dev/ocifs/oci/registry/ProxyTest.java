package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProxyTest {
  @TempDir Path dir;

  @Test
  void registryIsAskedThroughTheProxyWhichGetsItsOwnPassword() throws IOException {
    // a server of HTTP takes the addresses that a proxy is sent, too
    try (TestRegistry proxy = TestRegistry.start()) {
      proxy.putManifest("a/b", "1", MediaType.OCI_MANIFEST, "{}".getBytes(UTF_8));
      int port = Integer.parseInt(proxy.host().substring(proxy.host().indexOf(':') + 1));
      HttpSettings http =
          HttpSettings.DEFAULTS.withProxies(
              ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)),
              address -> Optional.of(new Credential("me", "proxy-password", false)));
      RegistryOptions options =
          RegistryOptions.DEFAULTS
              .withHttp(http)
              .withEndpoints(name -> List.of(new Endpoint(name.host(), "a/b", true)));
      try (RegistryClient client = TestRegistry.client(options)) {
        client.repository(RegistryName.parse("registry.invalid/a/b:1")).manifest();
      }
      Recorded request = proxy.recorded(Route.MANIFEST).getFirst();
      assertThat(request.header("Host")).contains("registry.invalid");
      assertThat(request.header("Proxy-Authorization")).isPresent();
      assertThat(request.header("Authorization")).isEmpty();
    }
  }

  /** Asks a registry by HTTPS through a proxy, as someone there or as nobody. */
  private static String read(TestTls server, TestProxy proxy, Optional<Credential> who)
      throws IOException, GeneralSecurityException {
    SSLContext trusting = server.trusting();
    HttpSettings http =
        HttpSettings.DEFAULTS
            .withTls(host -> Optional.of(trusting))
            .withProxies(
                ProxySelector.of(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port())),
                address -> who);
    RegistryOptions options =
        RegistryOptions.DEFAULTS
            .withHttp(http)
            .withEndpoints(name -> List.of(new Endpoint(name.host(), name.repository(), false)));
    try (RegistryClient client = TestRegistry.client(options)) {
      RegistryName name = RegistryName.parse("localhost:1/a/b:1"); // where nobody listens
      return new String(client.repository(name).manifest().document().bytes(), UTF_8);
    }
  }

  @Test
  void httpsGoesThroughATunnelOfTheProxy() throws Exception {
    try (TestTls server = new TestTls(dir);
        TestProxy proxy = new TestProxy(server.port(), "")) {
      assertThat(read(server, proxy, Optional.empty())).isEqualTo("{}");
      assertThat(proxy.heads())
          .isNotEmpty()
          .allSatisfy(head -> assertThat(head).startsWith("CONNECT localhost:1 HTTP/1.1\r\n"));
      assertThat(server.requests()).isNotEmpty();
    }
  }

  @Test
  void onlyTheProxyGetsItsPassword() throws Exception {
    Credential me = new Credential("me", "proxy-password", false);
    try (TestTls server = new TestTls(dir);
        TestProxy proxy =
            new TestProxy(server.port(), "Proxy-Authorization: " + Wire.basic(me) + "\r\n")) {
      assertThat(read(server, proxy, Optional.of(me))).isEqualTo("{}");
      assertThat(server.requests())
          .isNotEmpty()
          .noneMatch(headers -> headers.containsKey("Proxy-Authorization"));
    }
  }

  @Test
  void aProxyThatWantsAPasswordIsNamed() throws Exception {
    try (TestTls server = new TestTls(dir);
        TestProxy proxy = new TestProxy(server.port(), "Proxy-Authorization: ")) {
      assertThatThrownBy(() -> read(server, proxy, Optional.empty()))
          .isInstanceOfSatisfying(
              OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.DENIED))
          .hasMessageContainingAll(
              ":" + proxy.port() + " wants a user", "http://USER:PASSWORD@HOST");
      assertThat(server.requests()).isEmpty();
    }
  }
}
