package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry by HTTPS, whose certificate nobody vouches for. */
class TlsTest {
  @TempDir private static Path dir;
  private static TestTls server;
  private static String host;

  @BeforeAll
  static void startServer() throws IOException, GeneralSecurityException, InterruptedException {
    server = new TestTls(dir);
    host = server.host();
  }

  @AfterAll
  static void stopServer() {
    server.close();
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
    SSLContext context = server.trusting();
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
