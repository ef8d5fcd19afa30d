package dev.ocifs.oci.registry;

import java.io.IOException;
import java.util.Optional;

/** Who the user is at a registry. Thread-safe. */
public interface Credentials {

  /** Nobody, anywhere. */
  Credentials NONE = (host, repository) -> Optional.empty();

  /**
   * Finds what to log in with.
   *
   * @param host as {@link Endpoint#host}: {@code docker.io}, or {@code localhost:5000}; for a
   *     mirror, the mirror's
   * @param repository the one that is asked for, as some keep credentials for folders of a registry
   * @throws IOException when a place where credentials are kept cannot be read
   */
  Optional<Credential> find(String host, String repository) throws IOException;

  /** Tells that a registry refused a credential: whoever keeps it in memory forgets it. */
  default void refused(String host, Credential credential) {}
}
