package dev.ocifs.oci.registry;

import java.net.URI;
import java.util.Locale;

/**
 * Scheme, host and port: what secrets are bound to.
 *
 * <p>Source: RFC 6454, section 4.
 *
 * @param scheme {@code http} or {@code https}
 * @param host in lower case; an IPv6 address in brackets
 * @param port never absent
 */
record Origin(String scheme, String host, int port) {

  /** The origin of a URI that has a scheme and a host. */
  static Origin of(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
    return new Origin(scheme, uri.getHost().toLowerCase(Locale.ROOT), port);
  }

  boolean isHttps() {
    return scheme.equals("https");
  }

  boolean sameHostAndPort(Origin other) {
    return host.equals(other.host) && port == other.port;
  }

  /** A URI without what may be secret in it: user, query and fragment. */
  static String shown(URI uri) {
    return uri.getScheme()
        + "://"
        + uri.getHost()
        + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
        + (uri.getRawPath() == null ? "" : uri.getRawPath());
  }

  @Override
  public String toString() {
    return scheme + "://" + host + ":" + port;
  }
}
