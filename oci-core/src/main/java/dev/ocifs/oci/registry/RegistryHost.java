package dev.ocifs.oci.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One host that speaks the protocol: how it is reached, and who the user is there. A secure one is
 * asked by HTTPS and nothing else. An insecure one is tried first: HTTPS with any certificate, then
 * HTTP; on this machine the other way round, where nobody listens in between and a server of HTTP
 * may never answer to HTTPS. Thread-safe.
 */
final class RegistryHost {

  /** Where {@code docker.io} really answers. */
  private static final String DOCKER_HUB = "registry-1.docker.io";

  private final String host;
  private final boolean insecure;
  private final Wire wire;
  private final Hops hops;
  private final TargetGuard guard;
  private final Credentials credentials;
  private final Time time;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Reached reached;

  RegistryHost(
      String host,
      boolean insecure,
      Wire wire,
      TargetGuard guard,
      Credentials credentials,
      Time time) {
    this.host = host;
    this.insecure = insecure;
    this.wire = wire;
    this.hops = new Hops(wire, guard);
    this.guard = guard;
    this.credentials = credentials;
    this.time = time;
  }

  /** How the host answers. */
  private record Reached(URI base, Origin origin, Authorizer authorizer) {}

  /** As {@link Endpoint#host}. */
  String name() {
    return host;
  }

  /** The address of something at this host; connects to an insecure one to find out. */
  URI uri(String path) throws IOException {
    return reach().base().resolve(path);
  }

  /**
   * Sends a request, follows its redirects and logs in where the host wants that.
   *
   * @throws Refusal when a token server refuses
   */
  Response send(Request request, Scope scope) throws IOException {
    Reached to = reach();
    Authorizer authorizer = to.authorizer();
    String header = Origin.of(request.uri()).equals(to.origin()) ? authorizer.header(scope) : null;
    // twice: a kept token may be stale, and then the registry may want another scope
    for (int challenges = 0; ; challenges++) {
      Response response = hops.send(request, to.origin(), header, insecure);
      if (response.status() != 401 || !Origin.of(response.uri()).equals(to.origin())) {
        return response;
      }
      List<Challenge> asked = Challenge.parse(response.headers().allValues("WWW-Authenticate"));
      String better =
          challenges == 2 ? null : authorizer.challenged(scope, header, asked).orElse(null);
      if (better == null) {
        if (header != null) {
          authorizer.refused(scope);
        }
        return response;
      }
      header = better;
      response.discard();
    }
  }

  private Reached reach() throws IOException {
    Reached known = reached;
    if (known != null) {
      return known;
    }
    try {
      lock.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    try {
      known = reached;
      if (known == null) {
        known = insecure ? probe() : at("https");
        reached = known;
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  private Reached probe() throws IOException {
    boolean local = Addresses.isLoopback(host);
    Reached first = at(local ? "http" : "https");
    Reached second = at(local ? "https" : "http");
    try {
      if (answers(first)) {
        return first;
      }
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      try {
        if (answers(second)) {
          return second;
        }
      } catch (IOException other) {
        e.addSuppressed(other);
      }
      throw e;
    }
    return second;
  }

  /** Whether a registry is there; a server of HTTPS answers 400 to HTTP, or not at all. */
  private boolean answers(Reached candidate) throws IOException {
    Response response = wire.send(Request.get(candidate.base().resolve("/v2/")), null, insecure);
    response.discard();
    return candidate.origin().isHttps() || response.status() != 400;
  }

  private Reached at(String scheme) {
    String place = host.equals("docker.io") || host.equals("index.docker.io") ? DOCKER_HUB : host;
    URI base = URI.create(scheme + "://" + place + "/");
    Origin origin = Origin.of(base);
    return new Reached(
        base, origin, new Authorizer(host, origin, insecure, credentials, wire, guard, time));
  }
}
