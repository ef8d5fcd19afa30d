package dev.ocifs.oci.registry;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Talks to registries as the OCI distribution specification 1.1 says: the start of everything here.
 * It keeps connections and tokens for all repositories that it gives. Opening it does nothing yet.
 * Thread-safe.
 *
 * <p>A {@link Repository} has a method for each thing that can be done; behind it, each endpoint of
 * the protocol is a class, an {@code Operation}. The {@code Caller} carries them out at the places
 * where the repository is asked for, with retries and errors; the {@code RegistryHost} logs in; the
 * {@code Hops} follow redirects under the eye of the {@code TargetGuard}; the {@code Wire} sends.
 */
public final class RegistryClient implements Closeable {
  private final RegistryOptions options;
  private final Time time;
  private final Wire wire;
  private final TargetGuard guard;
  private final Caller caller;
  private final Map<HostKey, RegistryHost> hosts = new ConcurrentHashMap<>();

  private RegistryClient(RegistryOptions options, Time time, TargetGuard.Resolver resolver) {
    this.options = options;
    this.time = time;
    this.wire = new Wire(options.http(), options.userAgent(), time);
    this.guard = new TargetGuard(options.allowPrivate(), options.http().proxies(), resolver);
    this.caller = new Caller(time, options.http().retries());
  }

  private record HostKey(String host, boolean insecure) {}

  /** A client with these options; the caller closes it. */
  public static RegistryClient open(RegistryOptions options) {
    return open(options, Time.SYSTEM, InetAddress::getAllByName);
  }

  /** The same, with another clock and other names of hosts. */
  static RegistryClient open(RegistryOptions options, Time time, TargetGuard.Resolver resolver) {
    return new RegistryClient(options, time, resolver);
  }

  /**
   * The repository that a name is in; nothing is asked of it yet.
   *
   * @throws IOException where the configuration of registries cannot be read, or blocks this one
   */
  public Repository repository(RegistryName name) throws IOException {
    List<Place> places =
        options.endpoints().of(name).stream()
            .map(endpoint -> new Place(endpoint, host(endpoint)))
            .toList();
    if (places.stream().allMatch(place -> place.endpoint().mirror())) {
      throw new OcifsException(
          OcifsException.Kind.USAGE, "no registry is configured for " + name.host());
    }
    return new Repository(name, options, places, caller, time);
  }

  private RegistryHost host(Endpoint endpoint) {
    return hosts.computeIfAbsent(
        new HostKey(endpoint.host(), endpoint.insecure()),
        key ->
            new RegistryHost(key.host(), key.insecure(), wire, guard, options.credentials(), time));
  }

  /** Gives up what is under way, and all connections. */
  @Override
  public void close() {
    wire.close();
  }
}
