package dev.ocifs.oci.registry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.registry.Credential;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {
  private static final String SECRET = "hunter2";

  private static Proxies proxies(Map<String, String> env) throws OcifsException {
    return new Proxies(new Machine(env, Path.of("/home"), Path.of("/")));
  }

  /** The proxy of an address as HOST:PORT, or "direct". */
  private static String select(Proxies proxies, String uri) {
    Proxy proxy = proxies.select(URI.create(uri)).get(0);
    InetSocketAddress address = (InetSocketAddress) proxy.address();
    return address == null ? "direct" : address.getHostString() + ":" + address.getPort();
  }

  @Test
  void eachSchemeHasItsProxy() throws OcifsException {
    Proxies both = proxies(Map.of("HTTP_PROXY", "http://plain:3128", "https_proxy", "tls:8080"));
    assertThat(select(both, "http://r.io/v2/")).isEqualTo("plain:3128");
    assertThat(select(both, "https://r.io/v2/")).isEqualTo("tls:8080");
    assertThat(select(proxies(Map.of()), "https://r.io/")).isEqualTo("direct");
    assertThat(select(proxies(Map.of("HTTPS_PROXY", "http://p")), "https://r.io/"))
        .isEqualTo("p:80");
    assertThat(select(proxies(Map.of("HTTPS_PROXY", "http://p")), "http://r.io/"))
        .isEqualTo("direct");
  }

  @Test
  void upperCaseComesFirst() throws OcifsException {
    Proxies two = proxies(Map.of("HTTPS_PROXY", "http://upper:1", "https_proxy", "http://lower:1"));
    assertThat(select(two, "https://r.io/")).isEqualTo("upper:1");
  }

  @Test
  void aRequestOfCgiSetsNoProxy() throws OcifsException {
    Proxies cgi = proxies(Map.of("HTTP_PROXY", "http://evil:1", "REQUEST_METHOD", "GET"));
    assertThat(select(cgi, "http://r.io/")).isEqualTo("direct");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://localhost:5000/",
        "https://LOCALHOST/",
        "http://127.0.0.1:5000/",
        "http://127.9.9.9/",
        "https://[::1]:5000/"
      })
  void thisMachineIsNeverAskedThroughAProxy(String uri) throws OcifsException {
    Proxies both = proxies(Map.of("HTTP_PROXY", "p:1", "HTTPS_PROXY", "p:1"));
    assertThat(select(both, uri)).isEqualTo("direct");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "example.com         | https://example.com/        | direct",
        "example.com         | https://sub.example.com/    | direct",
        "example.com         | https://EXAMPLE.com/        | direct",
        "example.com         | https://badexample.com/     | proxy",
        ".example.com        | https://example.com/        | proxy",
        ".example.com        | https://a.b.example.com/    | direct",
        "*.example.com       | https://a.example.com/      | direct",
        "*.example.com       | https://example.com/        | proxy",
        "example.com:5000    | https://example.com:5000/   | direct",
        "example.com:5000    | https://example.com/        | proxy",
        "example.com:443     | https://example.com/        | direct",
        "example.com:443     | http://example.com/         | proxy",
        " a.io , b.io        | https://b.io/               | direct",
        "10.0.0.0/8          | https://10.1.2.3:5000/      | direct",
        "10.0.0.0/8          | https://11.1.2.3/           | proxy",
        "10.0.0.128/25       | https://10.0.0.127/         | proxy",
        "10.0.0.128/25       | https://10.0.0.200/         | direct",
        "10.0.0.0/8          | https://10.example.com/     | proxy",
        "192.168.1.1         | https://192.168.1.1:5000/   | direct",
        "192.168.1.1:5000    | https://192.168.1.1:5000/   | direct",
        "192.168.1.1:5000    | https://192.168.1.1/        | proxy",
        "fd00::/8            | https://[fd12::1]/          | direct",
        "fd00::1             | https://[fd00::1]:5000/     | direct",
        "[fd00::1]:5000      | https://[fd00::1]:5000/     | direct",
        "[fd00::1]:5000      | https://[fd00::1]/          | proxy",
        "*                   | https://r.io/               | direct",
        "a.io,*              | https://r.io/               | direct",
        ",,                  | https://r.io/               | proxy",
        "::/129,10.0.0.0/99  | https://10.0.0.1/           | proxy",
        "1.2.3.999           | https://r.io/               | proxy",
      })
  void someHostsAreAskedDirectly(String list, String uri, String way) throws OcifsException {
    Map<String, String> env = new HashMap<>(Map.of("HTTP_PROXY", "p:1", "HTTPS_PROXY", "p:1"));
    for (String name : new String[] {"NO_PROXY", "no_proxy"}) {
      env.keySet().removeIf(key -> key.equalsIgnoreCase("no_proxy"));
      env.put(name, list);
      assertThat(select(proxies(env), uri)).isEqualTo(way.equals("proxy") ? "p:1" : way);
    }
  }

  @Test
  void theUserOfAProxyIsKnownAndNotPrinted() throws OcifsException {
    Proxies proxies =
        proxies(Map.of("HTTPS_PROXY", "http://me:p%40ss+" + SECRET + "@p:1", "HTTP_PROXY", "q:1"));
    assertThat(proxies.credential(InetSocketAddress.createUnresolved("p", 1)))
        .contains(new Credential("me", "p@ss+" + SECRET, false));
    assertThat(proxies.credential(InetSocketAddress.createUnresolved("q", 1))).isEmpty();
    assertThat(proxies.credential(InetSocketAddress.createUnresolved("p", 2))).isEmpty();
    assertThat(proxies.toString()).contains("p:1").doesNotContain(SECRET).doesNotContain("me");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "socks5://me:" + SECRET + "@p:1",
        "https://me:" + SECRET + "@p:1",
        "http://me:" + SECRET + "@",
        "http://me:" + SECRET + "@p:99999",
        "http://me:" + SECRET + " @p:1",
        "http://me:" + SECRET + "@a_b:1",
        "http://:" + SECRET
      })
  void whatIsNoProxyIsNamedAndNotQuoted(String value) {
    assertThatThrownBy(() -> proxies(Map.of("HTTPS_PROXY", value)))
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE);
              StringWriter trace = new StringWriter();
              e.printStackTrace(new PrintWriter(trace, true));
              assertThat(trace.toString()).contains("$HTTPS_PROXY").doesNotContain(SECRET);
            });
  }
}
