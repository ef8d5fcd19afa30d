package dev.ocifs.oci.copy;

import dev.ocifs.oci.ImageReference;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RefName;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.registry.Repository;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the destination that a user names. Immutable.
 *
 * @param directory what relative paths start from
 * @param store opened when the name is one of the store
 * @param repositories opened when the name is one of a registry
 * @param replace whether archives that exist are to be replaced
 * @param nondistributable whether registries are to get layers that are not to be distributed
 */
public record Destinations(
    Path directory,
    StoreOpener store,
    RepositoryOpener repositories,
    boolean replace,
    boolean nondistributable) {
  private static final String REGISTRY = "docker://";

  private static final String HINT =
      "name oci:DIR[:REF], oci-archive:FILE[:REF], docker-archive:FILE[:NAME:TAG],"
          + " docker://HOST/NAME:TAG, or NAME:TAG for the store";

  /** Opens the store when it is needed. */
  @FunctionalInterface
  public interface StoreOpener {
    Store open() throws IOException;
  }

  /** Opens the repository of a name when it is needed; it stays its maker's. */
  @FunctionalInterface
  public interface RepositoryOpener {
    Repository open(RegistryName name) throws IOException;
  }

  /**
   * What a text means: a local file, {@code docker://} a registry, and a bare name the store.
   *
   * @throws OcifsException {@code USAGE} when it means nothing
   */
  public Destination of(String text) throws IOException {
    Optional<ImageReference> local = ImageReference.destination(text, directory);
    if (local.isPresent()) {
      return local(local.get());
    }
    if (text.startsWith(REGISTRY)) {
      return registry(text);
    }
    if (text.isEmpty()
        || text.startsWith("/")
        || text.startsWith(".")
        || text.startsWith("docker:")) {
      throw new OcifsException(
              OcifsException.Kind.USAGE, "'" + text + "' does not say what is to be written")
          .hint(HINT);
    }
    try {
      return new StoreDestination(store.open(), text);
    } catch (OcifsException e) {
      throw e.hint(HINT);
    }
  }

  /**
   * What a text means that names a registry: {@code HOST/NAME:TAG}, or {@code docker://} and that,
   * or without a host for Docker Hub.
   *
   * @throws OcifsException {@code USAGE} when it is no name
   */
  public Destination registry(String text) throws IOException {
    RegistryName name =
        RegistryName.parse(
            text.startsWith(REGISTRY)
                ? RefName.normalise(text.substring(REGISTRY.length()))
                : text);
    return new RegistryDestination(repositories.open(name), nondistributable);
  }

  private Destination local(ImageReference reference) {
    return switch (reference.transport()) {
      case OCI -> new LayoutDestination(reference.path(), reference.ref());
      case OCI_ARCHIVE -> new OciArchiveDestination(reference.path(), reference.ref(), replace);
      case DOCKER_ARCHIVE ->
          new DockerArchiveDestination(reference.path(), reference.ref(), replace);
      case PATH -> throw new IllegalArgumentException(reference.toString());
    };
  }
}
