package dev.ocifs.layerfs.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsServerTest {
  private final Metrics metrics = new Metrics();
  private final HttpClient client = HttpClient.newHttpClient();
  private MetricsServer server = start("0");

  @BeforeEach
  void count() {
    metrics.counter("ocifs_reads_total", "Reads of \u00e9.").add(3);
  }

  @AfterEach
  void close() {
    server.close();
    client.close();
  }

  private MetricsServer start(String address) {
    try {
      return MetricsServer.start(MetricsServer.parse(address), metrics);
    } catch (OcifsException e) {
      throw new AssertionError(e);
    }
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    return client.send(
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  @Test
  void servesTheFigures() throws Exception {
    HttpResponse<String> response = send("GET", "/metrics");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(response.body())
        .isEqualTo(metrics.toPrometheus())
        .contains("Reads of \u00e9.\n")
        .contains("ocifs_reads_total 3\n");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /, 404",
    "GET, /metrics/, 404",
    "GET, /metricsx, 404",
    "POST, /metrics, 405",
    "DELETE, /metrics, 405",
    "GET, /metrics?x=y, 200"
  })
  void answersNothingElse(String method, String path, int status) throws Exception {
    HttpResponse<String> response = send(method, path);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body().isEmpty()).isEqualTo(status != 200);
    assertThat(send("GET", "/metrics").statusCode()).isEqualTo(200);
  }

  @Test
  void answersOthersWhileOneClientSendsHalfARequest() throws Exception {
    try (Socket slow = new Socket(server.address().getAddress(), server.address().getPort())) {
      slow.getOutputStream().write("GET /metr".getBytes(StandardCharsets.US_ASCII));
      assertThat(send("GET", "/metrics").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void listensOnTheLoopbackOnly() {
    assertThat(server.address().getAddress().isLoopbackAddress()).isTrue();
    assertThat(server.address().getPort()).isPositive();
  }

  @Test
  void closesAndLetsThePortGo() {
    InetSocketAddress address = server.address();
    server.close();
    server.close();
    assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close())
        .isInstanceOf(ConnectException.class);
    server = start(Integer.toString(address.getPort()));
    assertThat(server.address()).isEqualTo(address);
  }

  @Test
  void keepsNoJvmAlive() throws IOException {
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    try (MetricsServer another = start("0")) {
      Set<Thread> after = new HashSet<>(Thread.getAllStackTraces().keySet());
      after.removeAll(before);
      assertThat(another.address()).isNotEqualTo(server.address());
      assertThat(after).isNotEmpty().allMatch(Thread::isDaemon);
    }
  }

  @Test
  void explainsWhyItCannotListen() {
    InetSocketAddress taken = server.address();
    assertThatThrownBy(() -> MetricsServer.start(taken, metrics))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("cannot serve metrics at")
        .hasMessageContaining("port");
  }

  @ParameterizedTest
  @CsvSource({
    "9464, 127.0.0.1, 9464",
    "0.0.0.0:1, 0.0.0.0, 1",
    "[::1]:65535, 0:0:0:0:0:0:0:1, 65535"
  })
  void readsAddresses(String text, String host, int port) throws OcifsException {
    InetSocketAddress address = MetricsServer.parse(text);
    assertThat(address.getAddress().getHostAddress()).isEqualTo(host);
    assertThat(address.getPort()).isEqualTo(port);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":", ":9464", "host", "1.2.3.4:", "65536", "-1", "+", "[::1", "x y:1", "::1"})
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> MetricsServer.parse(text))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE))
        .hasMessageContaining("is no address");
  }
}
