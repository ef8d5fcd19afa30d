package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.registry.Credential;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The proxies of {@code $HTTP_PROXY} and {@code $HTTPS_PROXY}, where {@code $NO_PROXY} does not
 * forbid them; names in lower case do as well. Their passwords are never printed. Immutable.
 *
 * <p>Source: Go's {@code golang.org/x/net/http/httpproxy}.
 */
final class Proxies extends ProxySelector {
  private final Optional<Address> http;
  private final Optional<Address> https;
  private final NoProxy none;

  /** A proxy and who the user is there. */
  private record Address(String host, int port, Optional<Credential> credential) {
    Proxy proxy() {
      return new Proxy(Proxy.Type.HTTP, socket());
    }

    /** Not resolved: whoever connects does it. */
    InetSocketAddress socket() {
      return InetSocketAddress.createUnresolved(host, port);
    }
  }

  /**
   * Reads the variables.
   *
   * @throws OcifsException {@code USAGE} naming the variable, when it is no address of an HTTP
   *     proxy
   */
  Proxies(Machine machine) throws OcifsException {
    // In a CGI script, a header of the request may have set HTTP_PROXY.
    boolean cgi = machine.variable("REQUEST_METHOD").isPresent();
    http = cgi ? Optional.empty() : address(machine, "HTTP_PROXY");
    https = address(machine, "HTTPS_PROXY");
    none = new NoProxy(either(machine, "NO_PROXY").orElse(""));
  }

  private static Optional<String> either(Machine machine, String name) {
    return machine.variable(name).or(() -> machine.variable(name.toLowerCase(Locale.ROOT)));
  }

  private static Optional<Address> address(Machine machine, String name) throws OcifsException {
    Optional<String> value = either(machine, name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    String text = value.get().strip();
    URI uri;
    try {
      uri = new URI(text.contains("://") ? text : "http://" + text);
    } catch (URISyntaxException e) {
      throw wrong(name, "is no address of a proxy"); // without the cause, which quotes it
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http")) {
      throw wrong(name, "names a proxy of the kind '" + scheme + "', which ocifs cannot use");
    }
    if (uri.getHost() == null) {
      throw wrong(name, "is no address of a proxy");
    }
    int port = uri.getPort() < 0 ? 80 : uri.getPort();
    if (port > 0xffff) {
      throw wrong(name, "has a port that does not exist");
    }
    return Optional.of(new Address(uri.getHost(), port, credential(name, uri.getRawUserInfo())));
  }

  private static Optional<Credential> credential(String name, @Nullable String info)
      throws OcifsException {
    if (info == null || info.isEmpty()) {
      return Optional.empty();
    }
    int colon = info.indexOf(':');
    String user = colon < 0 ? info : info.substring(0, colon);
    String password = colon < 0 ? "" : info.substring(colon + 1);
    try {
      return Optional.of(new Credential(decode(user), decode(password), false));
    } catch (IllegalArgumentException e) {
      throw wrong(name, "has a user or password that is not escaped as in a URL");
    }
  }

  private static String decode(String escaped) {
    return URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static OcifsException wrong(String name, String what) {
    return new OcifsException(OcifsException.Kind.USAGE, "$" + name + " " + what)
        .hint("set it to http://HOST:PORT of a proxy that takes plain HTTP, or unset it");
  }

  @Override
  public List<Proxy> select(URI uri) {
    boolean secure = "https".equalsIgnoreCase(uri.getScheme());
    Optional<Address> address = secure ? https : http;
    String host = uri.getHost();
    if (address.isEmpty() || host == null) {
      return List.of(Proxy.NO_PROXY);
    }
    int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
    return List.of(none.covers(host, port) ? Proxy.NO_PROXY : address.get().proxy());
  }

  /** A proxy that fails is not left out: the next attempt asks it again. */
  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {}

  /** Who the user is at a proxy that {@link #select} gave. */
  Optional<Credential> credential(InetSocketAddress proxy) {
    return Stream.of(https, http)
        .flatMap(Optional::stream)
        .filter(a -> a.host().equals(proxy.getHostString()) && a.port() == proxy.getPort())
        .flatMap(a -> a.credential().stream())
        .findFirst();
  }

  /** Names the proxies without users and passwords. */
  @Override
  public String toString() {
    return "Proxies[http="
        + http.map(a -> a.host() + ":" + a.port()).orElse("none")
        + ", https="
        + https.map(a -> a.host() + ":" + a.port()).orElse("none")
        + "]";
  }
}
