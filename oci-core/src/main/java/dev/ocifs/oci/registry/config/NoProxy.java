package dev.ocifs.oci.registry.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The hosts that are connected to without a proxy: those of {@code $NO_PROXY}, and this machine.
 * Immutable.
 *
 * <p>Source: Go's {@code golang.org/x/net/http/httpproxy}, which docker and podman use: a list of
 * names ({@code example.com} with its subdomains, {@code .example.com} for these alone), addresses,
 * networks ({@code 10.0.0.0/8}), each name and address with or without a port, and {@code *}.
 */
final class NoProxy {
  private final List<Rule> rules = new ArrayList<>();
  private boolean everything;

  /** One element of the list. A port of -1 is every port. */
  private interface Rule {
    boolean covers(String host, Optional<InetAddress> address, int port);
  }

  NoProxy(String list) {
    for (String element : list.split(",", -1)) {
      String text = element.strip().toLowerCase(Locale.ROOT);
      if (text.equals("*")) {
        everything = true;
      } else if (!text.isEmpty()) {
        rules.add(rule(text));
      }
    }
  }

  /**
   * Whether a host is connected to without a proxy.
   *
   * @param host without port; an IPv6 address may be in brackets
   */
  boolean covers(String host, int port) {
    String name = withoutBrackets(host.toLowerCase(Locale.ROOT));
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    Optional<InetAddress> address = IpText.parse(name);
    if (name.equals("localhost") || address.filter(InetAddress::isLoopbackAddress).isPresent()) {
      return true;
    }
    if (everything) {
      return true;
    }
    for (Rule rule : rules) {
      if (rule.covers(name, address, port)) {
        return true;
      }
    }
    return false;
  }

  private static Rule rule(String text) {
    int slash = text.indexOf('/');
    if (slash > 0) {
      Optional<InetAddress> network = IpText.parse(text.substring(0, slash));
      int bits = number(text.substring(slash + 1));
      if (network.isPresent() && bits >= 0 && bits <= network.get().getAddress().length * 8) {
        byte[] prefix = network.get().getAddress();
        return (host, address, port) ->
            address.isPresent() && inNetwork(address.get().getAddress(), prefix, bits);
      }
    }
    int colon = text.lastIndexOf(':');
    boolean hasPort =
        colon >= 0
            && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']')
            && number(text.substring(colon + 1)) >= 0;
    int port = hasPort ? number(text.substring(colon + 1)) : -1;
    String name = withoutBrackets(hasPort ? text.substring(0, colon) : text);
    Optional<InetAddress> own = IpText.parse(name);
    if (own.isPresent()) {
      return (host, address, asked) -> address.equals(own) && (port < 0 || port == asked);
    }
    String bare = name.startsWith("*.") ? name.substring(1) : name;
    boolean subdomainsOnly = bare.startsWith(".");
    String suffix = subdomainsOnly ? bare : "." + bare;
    return (host, address, asked) ->
        (port < 0 || port == asked)
            && (host.endsWith(suffix) || (!subdomainsOnly && host.equals(bare)));
  }

  private static boolean inNetwork(byte[] address, byte[] prefix, int bits) {
    if (address.length != prefix.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit & 7);
      if (((address[bit >> 3] ^ prefix[bit >> 3]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  private static int number(String digits) {
    return digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : -1;
  }

  private static String withoutBrackets(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }
}
