package dev.ocifs.oci.registry;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.net.URI;

/**
 * A repository at one endpoint: what operations are carried out at.
 *
 * @param endpoint where
 * @param host that answers for it
 */
record Place(Endpoint endpoint, RegistryHost host) {

  /** As it is called there. */
  String repository() {
    return endpoint.repository();
  }

  /** The address of something in the repository, for example {@code manifests/latest}. */
  URI uri(String path) throws IOException {
    return host.uri("/v2/" + repository() + "/" + path);
  }

  /** The address of a blob. */
  URI blob(Digest digest) throws IOException {
    return uri("blobs/" + digest);
  }

  /** For messages: host and repository. */
  @Override
  public String toString() {
    return endpoint.host() + "/" + repository();
  }
}
