package dev.ocifs.oci.registry;

import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/**
 * How hosts are connected to. Immutable; its functions are thread-safe.
 *
 * @param tls certificate authorities and client certificates for a host with its port where it has
 *     one; empty for those of the JDK
 * @param proxies by the URI to connect to
 * @param proxyCredentials by the proxy to log in at. For HTTPS through a proxy, the JDK sends them
 *     only where its property {@code jdk.http.auth.tunneling.disabledSchemes} is empty
 * @param connectTimeout for the TCP and TLS handshakes
 * @param readTimeout how long an answer may be awaited, and in how much waiting a body must bring
 *     at least {@link #MIN_BYTES}
 * @param retries further attempts after a first one that failed for a passing reason
 */
public record HttpSettings(
    Function<String, Optional<SSLContext>> tls,
    ProxySelector proxies,
    Function<InetSocketAddress, Optional<Credential>> proxyCredentials,
    Duration connectTimeout,
    Duration readTimeout,
    int retries) {

  /** What a body must bring at least, unless it ends, in each {@link #readTimeout} of waiting. */
  public static final int MIN_BYTES = 16 << 10;

  /** The JDK's certificates, no proxy, 15 and 30 s, 5 retries. */
  public static final HttpSettings DEFAULTS =
      new HttpSettings(
          host -> Optional.empty(),
          ProxySelector.of(null),
          proxy -> Optional.empty(),
          Duration.ofSeconds(15),
          Duration.ofSeconds(30),
          5);

  public HttpSettings {
    if (retries < 0 || !connectTimeout.isPositive() || !readTimeout.isPositive()) {
      throw new IllegalArgumentException("timeouts must be positive, retries not negative");
    }
  }

  public HttpSettings withTls(Function<String, Optional<SSLContext>> value) {
    return new HttpSettings(value, proxies, proxyCredentials, connectTimeout, readTimeout, retries);
  }

  public HttpSettings withProxies(
      ProxySelector value, Function<InetSocketAddress, Optional<Credential>> credentials) {
    return new HttpSettings(tls, value, credentials, connectTimeout, readTimeout, retries);
  }

  public HttpSettings withTimeouts(Duration connect, Duration read) {
    return new HttpSettings(tls, proxies, proxyCredentials, connect, read, retries);
  }

  public HttpSettings withRetries(int value) {
    return new HttpSettings(tls, proxies, proxyCredentials, connectTimeout, readTimeout, value);
  }
}
