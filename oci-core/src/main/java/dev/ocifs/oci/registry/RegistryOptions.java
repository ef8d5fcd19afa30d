package dev.ocifs.oci.registry;

import dev.ocifs.oci.Limits;

/**
 * How registries are talked to. Immutable.
 *
 * @param allowPrivate whether a registry may send on to this machine and its network: to where
 *     tokens are had, where a blob lies, where an upload goes
 * @param foreignUrls whether layers that a registry does not have are fetched from the URLs of
 *     their descriptors
 * @param limits of documents
 * @param userAgent what requests name themselves
 */
public record RegistryOptions(
    Credentials credentials,
    Endpoints endpoints,
    HttpSettings http,
    boolean allowPrivate,
    boolean foreignUrls,
    Limits limits,
    String userAgent) {

  /** Nobody's credentials, no mirrors, nothing private and nothing foreign. */
  public static final RegistryOptions DEFAULTS =
      new RegistryOptions(
          Credentials.NONE,
          Endpoints.DIRECT,
          HttpSettings.DEFAULTS,
          false,
          false,
          Limits.DEFAULT,
          defaultUserAgent());

  public RegistryOptions withCredentials(Credentials value) {
    return new RegistryOptions(
        value, endpoints, http, allowPrivate, foreignUrls, limits, userAgent);
  }

  public RegistryOptions withEndpoints(Endpoints value) {
    return new RegistryOptions(
        credentials, value, http, allowPrivate, foreignUrls, limits, userAgent);
  }

  public RegistryOptions withHttp(HttpSettings value) {
    return new RegistryOptions(
        credentials, endpoints, value, allowPrivate, foreignUrls, limits, userAgent);
  }

  public RegistryOptions withAllowPrivate(boolean value) {
    return new RegistryOptions(credentials, endpoints, http, value, foreignUrls, limits, userAgent);
  }

  public RegistryOptions withForeignUrls(boolean value) {
    return new RegistryOptions(
        credentials, endpoints, http, allowPrivate, value, limits, userAgent);
  }

  public RegistryOptions withLimits(Limits value) {
    return new RegistryOptions(
        credentials, endpoints, http, allowPrivate, foreignUrls, value, userAgent);
  }

  private static String defaultUserAgent() {
    String version = RegistryOptions.class.getPackage().getImplementationVersion();
    return version == null ? "ocifs" : "ocifs/" + version;
  }
}
