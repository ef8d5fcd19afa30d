package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.registry.Credentials;
import dev.ocifs.oci.registry.Endpoints;
import dev.ocifs.oci.registry.HttpSettings;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * What the user's machine says about registries, as podman, skopeo and docker have it: credentials,
 * mirrors, short names, certificates and proxies. No file is read before something is asked that it
 * may answer; each error names the file, and the line or the key. Thread-safe.
 *
 * <p>Source: containers-auth.json(5), containers-registries.conf(5), containers-certs.d(5).
 */
public final class RegistryConfig {
  private final Machine machine;
  private final FileCredentials credentials;
  private final ConfiguredEndpoints endpoints;
  private final ShortNames names;
  private final HostTls tls;

  private RegistryConfig(Machine machine, ConfigOptions options) {
    RegistriesFiles files = new RegistriesFiles(machine);
    this.machine = machine;
    this.credentials =
        new FileCredentials(
            machine,
            options.authFile(),
            () -> files.get().helpers().orElse(List.of(FileCredentials.FILES)));
    this.endpoints = new ConfiguredEndpoints(files, options.tlsVerify());
    this.names = new ShortNames(files);
    this.tls = new HostTls(machine);
  }

  /**
   * The configuration of a user; nothing is read yet.
   *
   * @param env the variables of the environment, {@link System#getenv()} outside of tests
   * @param home of the user
   */
  public static RegistryConfig load(Map<String, String> env, Path home, ConfigOptions options) {
    return new RegistryConfig(new Machine(env, home, options.root()), options);
  }

  /** Who the user is at registries. */
  public Credentials credentials() {
    return credentials;
  }

  /** Where images are asked for: mirrors and moved registries. */
  public Endpoints endpoints() {
    return endpoints;
  }

  /**
   * The images that a name may mean, in the order of trying: {@code docker://HOST/NAME:TAG}, {@code
   * docker://NAME} of Docker Hub, {@code HOST/NAME}, or a short {@code NAME}, whose registry the
   * configuration knows.
   *
   * @return at least one
   * @throws OcifsException {@code USAGE} when it means none or too many, or a file is wrong; {@code
   *     IO} when one cannot be read
   */
  public List<RegistryName> resolve(String typed) throws OcifsException {
    return names.resolve(typed);
  }

  /**
   * The certificates for a host: its folder of {@code certs.d}, and what the system trusts.
   *
   * @param host with its port where it has one
   * @return empty for those of the JDK
   * @throws OcifsException {@code USAGE} or {@code IO} naming the file
   */
  public Optional<SSLContext> tls(String host) throws OcifsException {
    return tls.context(host);
  }

  /**
   * How hosts are connected to: these certificates and proxies. The function of certificates throws
   * {@link UncheckedIOException} with an {@link OcifsException} as its cause.
   *
   * @throws OcifsException {@code USAGE} when a variable names no proxy that can be used
   */
  public HttpSettings http() throws OcifsException {
    Proxies proxies = new Proxies(machine);
    return HttpSettings.DEFAULTS
        .withTls(
            host -> {
              try {
                return tls.context(host);
              } catch (OcifsException e) {
                throw new UncheckedIOException(e);
              }
            })
        .withProxies(proxies, proxies::credential);
  }
}
