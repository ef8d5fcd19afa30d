package dev.ocifs.oci.registry;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests and follows redirects by hand: each hop is looked at by the {@link TargetGuard},
 * and who asks is told to the registry's own origin only. Once a hop has left it, nothing brings
 * the secret back. Thread-safe.
 */
final class Hops {
  private static final int MAX_REDIRECTS = 5;

  private final Wire wire;
  private final TargetGuard guard;

  Hops(Wire wire, TargetGuard guard) {
    this.wire = wire;
    this.guard = guard;
  }

  /**
   * Sends a request and follows its redirects.
   *
   * @param registry on whose word the request is made
   * @param authorization for that origin, or null
   * @param insecure whether the registry's certificate matters
   */
  Response send(Request request, Origin registry, @Nullable String authorization, boolean insecure)
      throws IOException {
    Request current = request;
    Origin previous = registry;
    String secret = authorization;
    for (int hop = 0; ; hop++) {
      Origin origin = check(current, registry, previous);
      if (!origin.equals(registry)) {
        secret = null;
      }
      Response response = wire.send(current, secret, insecure && origin.sameHostAndPort(registry));
      Optional<URI> target =
          redirects(current, response.status()) ? location(response) : Optional.empty();
      if (target.isEmpty()) {
        return response;
      }
      response.discard();
      if (hop == MAX_REDIRECTS) {
        throw new OcifsException(
            OcifsException.Kind.REMOTE, "registry " + registry.host() + " redirects in circles");
      }
      previous = origin;
      current = current.to(target.get()).as("a redirect");
    }
  }

  private Origin check(Request request, Origin registry, Origin previous) throws OcifsException {
    guard.check(request.role(), registry, previous, request.uri());
    return Origin.of(request.uri());
  }

  private static Optional<URI> location(Response response) throws OcifsException {
    try {
      return response.location("Location");
    } catch (OcifsException e) {
      response.close();
      throw e;
    }
  }

  private static boolean redirects(Request request, int status) {
    return switch (status) {
      case 307, 308 -> true;
      case 301, 302, 303 -> request.isRead();
      default -> false;
    };
  }
}
