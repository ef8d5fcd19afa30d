package dev.ocifs.oci.registry;

/**
 * A place where a repository can be asked for: a registry, or a mirror of one. Immutable.
 *
 * @param host to connect to, with its port where it has one; {@code docker.io} stands for the host
 *     that Docker Hub answers at
 * @param repository as it is called there
 * @param insecure plain HTTP and certificates that nobody vouches for are allowed
 * @param mirror not the registry itself: only read from, and asked with less patience
 * @param digestOnly only asked for what is named by a digest
 * @param tagOnly only asked for what is named by a tag
 */
public record Endpoint(
    String host,
    String repository,
    boolean insecure,
    boolean mirror,
    boolean digestOnly,
    boolean tagOnly) {

  /** The registry itself, asked for everything. */
  public Endpoint(String host, String repository, boolean insecure) {
    this(host, repository, insecure, false, false, false);
  }
}
