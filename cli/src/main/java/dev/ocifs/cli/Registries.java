package dev.ocifs.cli;

import dev.ocifs.oci.lazy.LazyBlobs;
import dev.ocifs.oci.registry.HttpSettings;
import dev.ocifs.oci.registry.RegistryClient;
import dev.ocifs.oci.registry.RegistryOptions;
import dev.ocifs.oci.registry.config.ConfigOptions;
import dev.ocifs.oci.registry.config.RegistryConfig;
import dev.ocifs.oci.remote.RegistryImages;
import dev.ocifs.oci.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The registries of one process: those who ask in the same way share connections, tokens and what
 * is being fetched. Nothing is read or opened before it is needed. Thread-safe.
 */
final class Registries implements Closeable {
  static {
    // The JDK is careful with passwords that it asks people for; ours are for this proxy. Without
    // this, none that HTTPS goes through gets one.
    String withheld = "jdk.http.auth.tunneling.disabledSchemes";
    if (System.getProperty(withheld) == null) {
      System.setProperty(withheld, "");
    }
  }

  private final StoreOpener store;
  private final Supplier<Map<String, String>> env;
  private final Map<RemoteSettings, RegistryImages> images = new HashMap<>();

  /** Opens the store that images are kept in. */
  @FunctionalInterface
  interface StoreOpener {
    Store open() throws IOException;
  }

  /**
   * @param env the environment of this process: helpers are started in it, with the variables of
   *     the settings in the place of its own
   */
  Registries(StoreOpener store, Supplier<Map<String, String>> env) {
    this.store = store;
    this.env = env;
  }

  /** The images of registries, asked for in this way; they stay this object's. */
  synchronized RegistryImages images(RemoteSettings settings) throws IOException {
    RegistryImages known = images.get(settings);
    if (known == null) {
      RegistryConfig config = config(settings);
      known =
          new RegistryImages(
              store.open(), () -> client(config, settings), config::resolve, settings.options());
      images.put(settings, known);
    }
    return known;
  }

  /** What fetching layers took, of all of them together. */
  synchronized LazyBlobs.Totals fetched() {
    return images.values().stream()
        .map(RegistryImages::fetched)
        .reduce(new LazyBlobs.Totals(0, 0, 0), LazyBlobs.Totals::plus);
  }

  private RegistryConfig config(RemoteSettings settings) {
    ConfigOptions options = ConfigOptions.DEFAULT;
    if (settings.tlsVerify().isPresent()) {
      options = options.withTlsVerify(settings.tlsVerify().get());
    }
    if (settings.authFile().isPresent()) {
      options = options.withAuthFile(settings.authFile().get());
    }
    Map<String, String> variables = settings.variables().in(env.get());
    return RegistryConfig.load(variables, Path.of(variables.getOrDefault("HOME", "/")), options);
  }

  private static RegistryClient client(RegistryConfig config, RemoteSettings settings)
      throws IOException {
    HttpSettings http = config.http();
    // A request that hangs ends early enough for another one before the read fails.
    Duration patience = settings.options().fetching().readTimeout().dividedBy(2);
    if (patience.compareTo(http.readTimeout()) < 0) {
      http = http.withTimeouts(http.connectTimeout(), patience);
    }
    return RegistryClient.open(
        RegistryOptions.DEFAULTS
            .withCredentials(config.credentials())
            .withEndpoints(config.endpoints())
            .withHttp(http)
            .withAllowPrivate(settings.allowPrivate())
            .withForeignUrls(settings.options().foreignUrls()));
  }

  @Override
  public synchronized void close() {
    images.values().forEach(RegistryImages::close);
    images.clear();
  }
}
