package dev.ocifs.oci.registry;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Tells addresses that belong to this machine or its network from those of the world. */
final class Addresses {
  private Addresses() {}

  /** Whether a host, with or without port, is this machine by its name alone. */
  static boolean isLoopback(String hostAndPort) {
    String host = withoutPort(hostAndPort);
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals("[::1]")
        || host.matches("127(?:\\.[0-9]{1,3}){3}");
  }

  private static String withoutPort(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    return colon > hostAndPort.lastIndexOf(']') ? hostAndPort.substring(0, colon) : hostAndPort;
  }

  /**
   * Whether an address is none that a registry of the world can have a reason to name: loopback,
   * unspecified, link-local, private, shared (RFC 6598), multicast, or one of these inside IPv6
   * (NAT64, 6to4, IPv4-compatible).
   */
  static boolean isPrivate(InetAddress address) {
    if (address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return true;
    }
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address ? isPrivate4(bytes) : isPrivate6(bytes);
  }

  private static boolean isPrivate4(byte[] a) {
    int first = a[0] & 0xff;
    int second = a[1] & 0xff;
    return first == 0
        || first >= 240
        || (first == 100 && (second & 0xc0) == 64)
        || (first == 192 && second == 0 && a[2] == 0)
        || (first == 198 && (second & 0xfe) == 18);
  }

  private static boolean isPrivate6(byte[] a) {
    if ((a[0] & 0xfe) == 0xfc) {
      return true; // unique local, RFC 4193
    }
    if (a[0] == 0x20 && a[1] == 0x02) {
      return isPrivate(inet4(Arrays.copyOfRange(a, 2, 6))); // 6to4
    }
    boolean nat64 = a[0] == 0 && a[1] == 0x64 && (a[2] & 0xff) == 0xff && (a[3] & 0xff) == 0x9b;
    boolean compatible = true;
    for (int i = 0; i < 12; i++) {
      compatible &= a[i] == 0;
    }
    return (nat64 || compatible) && isPrivate(inet4(Arrays.copyOfRange(a, 12, 16)));
  }

  private static InetAddress inet4(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
