package dev.ocifs.oci.registry.config;

import java.net.InetAddress;
import java.util.Optional;

/** Addresses written out, which no name server is asked for. */
final class IpText {
  private IpText() {}

  /** The address that a text is, if it is one. */
  static Optional<InetAddress> parse(String text) {
    boolean ip4 = text.matches("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");
    boolean ip6 = text.indexOf(':') >= 0;
    try {
      return ip4 || ip6 ? Optional.of(InetAddress.ofLiteral(text)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
