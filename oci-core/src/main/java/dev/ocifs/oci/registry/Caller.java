package dev.ocifs.oci.registry;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Carries out operations: tries again what failed for a passing reason, goes on to the next place
 * where one fails for good, and turns what servers answer into errors that say what to do.
 * Thread-safe.
 */
final class Caller {

  /** Getting on by so much makes up for all failures before: large blobs may break off often. */
  private static final long PROGRESS_BYTES = 1 << 20;

  /** Further attempts at a mirror: the registry behind it is asked soon. */
  private static final int MIRROR_RETRIES = 1;

  private final Time time;
  private final int retries;

  Caller(Time time, int retries) {
    this.time = time;
    this.retries = retries;
  }

  /** A result and the place that gave it. */
  record Answer<T>(T value, Place place) {}

  /**
   * Carries out an operation at the first of some places that can.
   *
   * @throws OcifsException that of the only place, or one that names each
   */
  <T> Answer<T> first(Operation<T> operation, List<Place> places) throws IOException {
    List<OcifsException> failures = new ArrayList<>();
    for (Place place : places) {
      try {
        return new Answer<>(call(operation, place), place);
      } catch (SinkFailure e) {
        throw e.thrown();
      } catch (OcifsException e) {
        if (Thread.currentThread().isInterrupted() || places.size() == 1) {
          throw e;
        }
        failures.add(e);
      }
    }
    throw summedUp(operation, places, failures);
  }

  private <T> T call(Operation<T> operation, Place place) throws IOException {
    int allowed = place.endpoint().mirror() ? Math.min(retries, MIRROR_RETRIES) : retries;
    int failures = 0;
    long brought = operation.broughtBytes();
    while (true) {
      try {
        return once(operation, place);
      } catch (SinkFailure e) {
        throw e;
      } catch (IOException e) {
        if (operation.broughtBytes() - brought >= PROGRESS_BYTES) {
          brought = operation.broughtBytes();
          failures = 0;
        }
        if (!operation.isRepeatable() || failures >= allowed || !isPassing(e)) {
          throw explained(operation, place, e);
        }
        pause(operation, place, failures++, e);
      }
    }
  }

  private static <T> T once(Operation<T> operation, Place place) throws IOException {
    Response response = place.host().send(operation.request(place), operation.scope(place));
    if (!operation.accepts(response.status())) {
      throw Refusal.of(response);
    }
    try (response) {
      return operation.handle(place, response);
    }
  }

  /**
   * Waits before something larger than an operation is begun anew.
   *
   * @throws OcifsException the given one, when the thread is interrupted
   */
  void backOff(int failures, OcifsException e) throws OcifsException {
    try {
      time.sleep(Backoff.wait(failures, Optional.empty(), time.now()));
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw e;
    }
  }

  private void pause(Operation<?> operation, Place place, int failures, IOException e)
      throws OcifsException {
    Optional<String> asked = e instanceof Refusal refusal ? refusal.retryAfter() : Optional.empty();
    Duration wait = Backoff.wait(failures, asked, time.now());
    try {
      time.sleep(wait);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw explained(operation, place, e);
    }
  }

  private static boolean isPassing(IOException e) {
    if (Thread.currentThread().isInterrupted() || e instanceof OcifsException) {
      return false;
    }
    if (e instanceof Refusal refusal) {
      return refusal.isPassing();
    }
    return !isCausedBy(e, CertificateException.class) && !isUnknownHost(e);
  }

  private static boolean isUnknownHost(IOException e) {
    return isCausedBy(e, UnresolvedAddressException.class)
        || isCausedBy(e, UnknownHostException.class);
  }

  private static boolean isCausedBy(Throwable e, Class<? extends Throwable> type) {
    Throwable cause = e;
    for (int depth = 0; cause != null && depth < 16; depth++) {
      if (type.isInstance(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static OcifsException explained(Operation<?> operation, Place place, IOException e) {
    if (e instanceof OcifsException explained) {
      return explained;
    }
    if (e instanceof Refusal refusal) {
      return refused(operation, place, refusal);
    }
    String host = place.endpoint().host();
    if (Thread.currentThread().isInterrupted()) {
      return new OcifsException(
          OcifsException.Kind.REMOTE, "interrupted while getting " + operation.what(), e);
    }
    if (isCausedBy(e, CertificateException.class)) {
      return new OcifsException(
              OcifsException.Kind.REMOTE,
              "the certificate of " + host + " is not trusted: " + e.getMessage(),
              e)
          .hint("put its authority into /etc/containers/certs.d/" + host + "/ca.crt");
    }
    if (isUnknownHost(e)) {
      return new OcifsException(OcifsException.Kind.REMOTE, "no host has the name " + host, e)
          .hint("check the name of the image, and the network");
    }
    String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new OcifsException(
            OcifsException.Kind.REMOTE,
            "cannot get " + operation.what() + " from " + host + ": " + why,
            e)
        .hint("check that the registry can be reached, and try again");
  }

  private static OcifsException refused(Operation<?> operation, Place place, Refusal refusal) {
    String host = place.endpoint().host();
    String what = operation.what();
    String text = refusal.text();
    if (refusal.isDenial()) {
      return new OcifsException(
              OcifsException.Kind.DENIED, host + " denies " + what + ": " + text, refusal)
          .hint("log in with 'podman login " + host + "' or 'docker login " + host + "'");
    }
    return switch (refusal.status()) {
      case 404 ->
          new OcifsException(
                  OcifsException.Kind.NOT_FOUND,
                  place + " does not have " + what + ": " + text,
                  refusal)
              .hint(operation.whenMissing());
      case Refusal.PROXY_LOGIN ->
          new OcifsException(
                  OcifsException.Kind.DENIED,
                  "the proxy wants a user and a password, or others, for " + what,
                  refusal)
              .hint(Refusal.PROXY_HINT);
      case 429 ->
          new OcifsException(
                  OcifsException.Kind.REMOTE,
                  host + " has had too many requests, and denies " + what + ": " + text,
                  refusal)
              .hint("wait a while, or log in at " + host + " for a higher limit");
      default ->
          new OcifsException(
                  OcifsException.Kind.REMOTE,
                  host + " does not answer for " + what + ": " + text,
                  refusal)
              .hint(
                  refusal.status() >= 500
                      ? "try again later"
                      : "check that " + host + " is a registry and allows this");
    };
  }

  private static OcifsException summedUp(
      Operation<?> operation, List<Place> places, List<OcifsException> failures) {
    if (failures.isEmpty()) {
      return new OcifsException(
          OcifsException.Kind.NOT_FOUND, "no registry may be asked for " + operation.what());
    }
    StringBuilder text = new StringBuilder("nobody gives " + operation.what());
    for (int i = 0; i < failures.size(); i++) {
      String role = places.get(i).endpoint().mirror() ? "mirror " : "registry ";
      text.append(i == 0 ? ": " : "; ").append(role).append(places.get(i).endpoint().host());
      text.append(": ").append(failures.get(i).what());
    }
    // the registry itself comes last, and what it says decides
    OcifsException last = failures.get(failures.size() - 1);
    OcifsException all = new OcifsException(last.kind(), text.toString(), last);
    failures.subList(0, failures.size() - 1).forEach(all::addSuppressed);
    return all;
  }
}
