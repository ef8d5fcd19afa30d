package dev.ocifs.oci.registry;

import dev.ocifs.oci.RegistryName;
import java.io.IOException;
import java.util.List;

/** Where the repository of a name is really asked for. Thread-safe. */
@FunctionalInterface
public interface Endpoints {

  /** The registry that the name says; only one on this machine may be insecure. */
  Endpoints DIRECT =
      name ->
          List.of(new Endpoint(name.host(), name.repository(), Addresses.isLoopback(name.host())));

  /**
   * The places to ask, in this order: mirrors first, then the registry itself, which is the last.
   *
   * @throws IOException when the configuration cannot be read, or blocks the registry
   */
  List<Endpoint> of(RegistryName name) throws IOException;
}
