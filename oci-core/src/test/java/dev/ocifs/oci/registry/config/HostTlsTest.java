package dev.ocifs.oci.registry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.registry.HttpSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPrivateKey;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostTlsTest {
  private static final String BUNDLE = "etc/ssl/certs/ca-certificates.crt";
  private static final String HOST = "localhost:5000";

  @TempDir private Path folder;
  private TestMachine machine;
  private TestIdentity server;

  @BeforeEach
  void make() throws GeneralSecurityException, IOException {
    machine = new TestMachine(folder);
    server = TestIdentity.make();
  }

  private SSLContext context(String host) throws OcifsException {
    return machine.config().tls(host).orElseThrow();
  }

  /** Whether a handshake with the server succeeds; it may want the certificate of a client. */
  private boolean connects(SSLContext client, TestIdentity... wanted) throws Exception {
    KeyStore own = store();
    own.setKeyEntry("own", server.keys.getPrivate(), new char[0], chain(server));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, new char[0]);
    KeyStore clients = store();
    for (TestIdentity identity : wanted) {
      clients.setCertificateEntry("client", chain(identity)[0]);
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(wanted.length == 0 ? own : clients);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (SSLServerSocket listener =
        (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
      listener.setNeedClientAuth(wanted.length > 0);
      Thread.ofVirtual().start(() -> answerOnce(listener));
      try (SSLSocket socket =
          (SSLSocket)
              client.getSocketFactory().createSocket("localhost", listener.getLocalPort())) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket.getInputStream().read() == 'x';
      } catch (IOException e) {
        return false;
      }
    }
  }

  private static void answerOnce(SSLServerSocket listener) {
    try (SSLSocket socket = (SSLSocket) listener.accept()) {
      socket.getOutputStream().write('x');
      socket.getOutputStream().flush();
    } catch (IOException e) {
      return; // the client does not trust us, or we not it
    }
  }

  private static KeyStore store() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Certificate[] chain(TestIdentity identity) throws Exception {
    byte[] pem = identity.certificate.getBytes(StandardCharsets.US_ASCII);
    return new Certificate[] {
      CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem))
    };
  }

  @Test
  void withoutFilesTheOnesOfTheJdkCount() throws OcifsException {
    assertThat(machine.config().tls("r.io")).isEmpty();
  }

  @Test
  void whatTheSystemTrustsIsTrustedForAllHosts() throws Exception {
    machine.root(BUNDLE, "# a comment\n" + server.certificate);
    assertThat(connects(context("r.io"))).isTrue();
    RegistryConfig config = machine.config();
    assertThat(config.tls("a.io").orElseThrow()).isSameAs(config.tls("b.io").orElseThrow());
    machine.root(BUNDLE, TestIdentity.make().certificate);
    assertThat(connects(context("r.io"))).isFalse();
  }

  @Test
  void aVariableNamesAnotherBundle() throws Exception {
    machine.root(BUNDLE, TestIdentity.make().certificate);
    Path bundle = machine.home("bundle.pem", server.certificate);
    machine.env.put("SSL_CERT_FILE", bundle.toString());
    assertThat(connects(context("r.io"))).isTrue();
  }

  @Test
  void anAuthorityOfAFolderIsTrustedForItsHostBesidesThoseOfTheSystem() throws Exception {
    machine.root(BUNDLE, TestIdentity.make().certificate);
    machine.root("etc/containers/certs.d/" + HOST + "/a.crt", TestIdentity.make().certificate);
    machine.root("etc/containers/certs.d/" + HOST + "/b.crt", server.certificate);
    assertThat(connects(context(HOST))).isTrue();
    assertThat(connects(context("localhost:5001"))).isFalse();
    Files.delete(machine.root.resolve("etc/containers/certs.d/" + HOST + "/b.crt"));
    assertThat(connects(context(HOST))).isFalse();
    machine.root(BUNDLE, server.certificate);
    assertThat(connects(context(HOST))).isTrue();
  }

  @Test
  void theFirstFolderCounts() throws Exception {
    String other = TestIdentity.make().certificate;
    machine.root("etc/docker/certs.d/" + HOST + "/ca.crt", server.certificate);
    assertThat(connects(context(HOST))).isTrue();
    machine.root("etc/containers/certs.d/" + HOST + "/ca.crt", other);
    assertThat(connects(context(HOST))).isFalse();
    machine.home(".config/containers/certs.d/" + HOST + "/ca.crt", server.certificate);
    assertThat(connects(context(HOST))).isTrue();
  }

  @Test
  void dockerHubHasTheFolderOfItsName() throws Exception {
    machine.root("etc/containers/certs.d/docker.io/ca.crt", server.certificate);
    assertThat(connects(context("registry-1.docker.io"))).isTrue();
  }

  @Test
  void aClientShowsItsCertificate() throws Exception {
    TestIdentity client = TestIdentity.make();
    String certs = "etc/containers/certs.d/" + HOST;
    machine.root(certs + "/ca.crt", server.certificate);
    assertThat(connects(context(HOST), client)).isFalse();
    machine.root(certs + "/client.cert", client.certificate);
    machine.root(certs + "/client.key", client.sec1());
    assertThat(connects(context(HOST), client)).isTrue();
    machine.root(certs + "/client.key", client.key());
    assertThat(connects(context(HOST), client)).isTrue();
    assertThat(connects(context(HOST), TestIdentity.make())).isFalse();
  }

  @Test
  void allFormsOfKeysAreRead() throws Exception {
    TestIdentity rsa = TestIdentity.of("RSA", 2048);
    TestIdentity ed = TestIdentity.of("Ed25519", 255);
    assertThat(parse(rsa.key())).isEqualTo(rsa.keys.getPrivate());
    assertThat(parse(rsa.pkcs1())).isEqualTo(rsa.keys.getPrivate());
    assertThat(parse(ed.key())).isEqualTo(ed.keys.getPrivate());
    assertThat(parse(server.key())).isEqualTo(server.keys.getPrivate());
    BigInteger number = ((ECPrivateKey) server.keys.getPrivate()).getS();
    assertThat(((ECPrivateKey) parse(server.sec1())).getS()).isEqualTo(number);
    // As openssl ecparam -genkey writes it: the curve, then the key; and with text around.
    byte[] curve = {6, 8, 42, (byte) 134, 72, (byte) 206, 61, 3, 1, 7};
    String both = TestIdentity.pem("EC PARAMETERS", curve) + "text\n" + server.sec1();
    assertThat(((ECPrivateKey) parse(both)).getS()).isEqualTo(number);
  }

  private PrivateKey parse(String pem) throws IOException {
    Path path = machine.home("a.key", pem);
    return PemKey.parse(ConfigFile.read(path).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nothing",
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LXNlY3JldA==\n-----END PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0LXNlY3JldA==\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0LXNlY3JldA==\n-----END EC PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\nMAMCAQE=\n-----END EC PRIVATE KEY-----\n",
        "-----BEGIN DSA PRIVATE KEY-----\nc2VjcmV0LXNlY3JldA==\n-----END DSA PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0LXNlY3JldA==\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nc2VjcmV0LXNlY3JldA==\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LXNlY3JldA==\n",
      })
  void aKeyThatCannotBeReadIsNamedAndNotQuoted(String pem) {
    assertThatThrownBy(() -> parse(pem))
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE);
              StringWriter trace = new StringWriter();
              e.printStackTrace(new PrintWriter(trace, true));
              assertThat(trace.toString()).contains("a.key").doesNotContain("c2VjcmV0");
            });
  }

  @Test
  void aCertificateAndItsKeyBelongTogether() throws Exception {
    String certs = "etc/containers/certs.d/" + HOST;
    Path certificate = machine.root(certs + "/me.cert", server.certificate);
    assertThatThrownBy(() -> context(HOST))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("there is no me.key");
    Files.delete(certificate);
    machine.root(certs + "/me.key", server.key());
    assertThatThrownBy(() -> context(HOST))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("there is no me.cert");
  }

  @Test
  void aWrongCertificateIsNamedAlsoByTheSettings() throws Exception {
    Path file = machine.root("etc/containers/certs.d/" + HOST + "/a.crt", "no certificate");
    HttpSettings settings = machine.config().http();
    assertThatThrownBy(() -> settings.tls().apply(HOST))
        .isInstanceOf(UncheckedIOException.class)
        .cause()
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining(file.toString());
    assertThat(settings.tls().apply("r.io")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", ".", "", "../certs.d/" + HOST, "a/b"})
  void aHostIsNoPath(String host) throws Exception {
    machine.root("etc/containers/certs.d/" + HOST + "/ca.crt", "no certificate");
    assertThat(machine.config().tls(host)).isEmpty();
  }
}
