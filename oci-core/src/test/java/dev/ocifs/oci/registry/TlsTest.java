package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry by HTTPS, whose certificate nobody vouches for. */
class TlsTest {
  private static final char[] PASSWORD = "password".toCharArray();

  @TempDir private static Path dir;
  private static KeyStore keys;
  private static HttpsServer server;
  private static ExecutorService threads;
  private static String host;

  @BeforeAll
  static void startServer() throws IOException, GeneralSecurityException, InterruptedException {
    Path store = dir.resolve("keys.p12");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-keyalg",
            "EC",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=dns:localhost,ip:127.0.0.1",
            "-keystore",
            store.toString(),
            "-storepass",
            new String(PASSWORD));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("{}".getBytes(UTF_8));
          exchange.close();
        });
    server.start();
    host = "127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterAll
  static void stopServer() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static String read(RegistryOptions options) throws IOException {
    try (RegistryClient client = TestRegistry.client(options)) {
      RegistryName name = RegistryName.parse(host + "/a/b:1");
      return new String(client.repository(name).manifest().document().bytes(), UTF_8);
    }
  }

  private static RegistryOptions secure() {
    return RegistryOptions.DEFAULTS.withEndpoints(
        name -> List.of(new Endpoint(name.host(), name.repository(), false)));
  }

  @Test
  void unknownCertificateIsNamedAndNotTriedAgain() {
    FakeTime time = new FakeTime();
    try (RegistryClient client = RegistryClient.open(secure(), time, InetAddress::getAllByName)) {
      assertThatThrownBy(() -> client.repository(RegistryName.parse(host + "/a/b:1")).manifest())
          .isInstanceOf(OcifsException.class)
          .hasMessageContaining("certificate of " + host)
          .hasMessageContaining("ca.crt");
    }
    assertThat(time.sleeps()).isEmpty();
  }

  @Test
  void certificateOfAnAuthorityThatIsTrustedForTheHostWillDo() throws Exception {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore authorities = KeyStore.getInstance("PKCS12");
    authorities.load(null, null);
    authorities.setCertificateEntry("ca", keys.getCertificate("mykey"));
    trust.init(authorities);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    HttpSettings http =
        HttpSettings.DEFAULTS.withTls(
            at -> at.equals(host) ? Optional.of(context) : Optional.empty());
    assertThat(read(secure().withHttp(http))).isEqualTo("{}");
  }

  @Test
  void anyCertificateWillDoForAnInsecureRegistryEvenAfterAskingByHttp() throws IOException {
    assertThat(read(RegistryOptions.DEFAULTS)).isEqualTo("{}");
  }
}
