package dev.ocifs.oci.registry;

import dev.ocifs.oci.OcifsException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Set;

/**
 * Looks at every address that a registry sends on to (redirect, token server, next page, upload)
 * before a request goes there. The registry's own host and port are always fine; else the target
 * must be HTTP or HTTPS without a downgrade, and no address of its name may be private: a hostile
 * registry must not have requests made inside the user's network.
 *
 * <p>The name is resolved here and again by the connection; the JDK's cache of names, 30 s, makes
 * both see the same. Behind a proxy the proxy resolves, and a name that is not known here passes.
 */
final class TargetGuard {

  /** Looks names up. */
  @FunctionalInterface
  interface Resolver {
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  private static final Set<String> SCHEMES = Set.of("http", "https");

  private final boolean allowPrivate;
  private final ProxySelector proxies;
  private final Resolver resolver;

  TargetGuard(boolean allowPrivate, ProxySelector proxies, Resolver resolver) {
    this.allowPrivate = allowPrivate;
    this.proxies = proxies;
    this.resolver = resolver;
  }

  /**
   * Refuses a target that the registry must not send to.
   *
   * @param role what the target is, for the message, for example {@code "a redirect"}
   * @param registry that sends there
   * @param previous the hop before, whose HTTPS must not become HTTP
   * @throws OcifsException {@code REMOTE}; {@code UNSUPPORTED} for one that may be allowed
   */
  void check(String role, Origin registry, Origin previous, URI target) throws OcifsException {
    if (target.getScheme() == null
        || target.getHost() == null
        || !SCHEMES.contains(Origin.of(target).scheme())) {
      throw refused(role, registry, target, "which is no HTTP address");
    }
    if (target.getRawUserInfo() != null) {
      throw refused(role, registry, target, "with a password in it");
    }
    Origin origin = Origin.of(target);
    if (previous.isHttps() && !origin.isHttps()) {
      throw refused(role, registry, target, "without encryption");
    }
    if (origin.equals(registry) || origin.sameHostAndPort(registry) || allowPrivate) {
      return;
    }
    for (InetAddress address : resolve(role, registry, target)) {
      if (Addresses.isPrivate(address)) {
        throw refused(
                OcifsException.Kind.UNSUPPORTED,
                role,
                registry,
                target,
                "which is " + address.getHostAddress() + ", an address inside a private network")
            .hint("if you trust this registry, allow it with --allow-private");
      }
    }
  }

  /**
   * Also demands encryption where secrets go: anything but HTTPS, the registry's own origin, or
   * this machine is refused.
   *
   * @throws OcifsException {@code REMOTE}
   */
  void checkRealm(Origin registry, URI realm) throws OcifsException {
    check("the token server", registry, registry, realm);
    Origin origin = Origin.of(realm);
    if (!origin.isHttps() && !origin.equals(registry) && !Addresses.isLoopback(origin.host())) {
      throw refused("the token server", registry, realm, "without encryption");
    }
  }

  private InetAddress[] resolve(String role, Origin registry, URI target) throws OcifsException {
    try {
      return resolver.resolve(target.getHost());
    } catch (UnknownHostException e) {
      if (proxies.select(target).stream().anyMatch(p -> p.type() != Proxy.Type.DIRECT)) {
        return new InetAddress[0];
      }
      throw refused(role, registry, target, "whose name is not known");
    }
  }

  private static OcifsException refused(String role, Origin registry, URI target, String why) {
    return refused(OcifsException.Kind.REMOTE, role, registry, target, why);
  }

  private static OcifsException refused(
      OcifsException.Kind kind, String role, Origin registry, URI target, String why) {
    return new OcifsException(
        kind,
        "registry "
            + registry.host()
            + " names as "
            + role
            + " "
            + Origin.shown(target)
            + ", "
            + why);
  }
}
