package dev.ocifs.oci.registry;

import java.util.List;

/**
 * What a request needs to be allowed to do, as token servers write it. Immutable.
 *
 * @param repository whose credentials count
 * @param parts each {@code repository:NAME:ACTIONS}
 */
record Scope(String repository, List<String> parts) {

  static Scope pull(String repository) {
    return new Scope(repository, List.of("repository:" + repository + ":pull"));
  }

  static Scope push(String repository) {
    return new Scope(repository, List.of("repository:" + repository + ":pull,push"));
  }

  /** Pushing to one repository what another one has. */
  static Scope mount(String repository, String from) {
    return new Scope(
        repository,
        List.of("repository:" + repository + ":pull,push", "repository:" + from + ":pull"));
  }
}
