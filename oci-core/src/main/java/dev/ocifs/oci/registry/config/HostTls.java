package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The authorities and the client certificates for each host, of its folder {@code
 * certs.d/HOST:PORT}: {@code *.crt} are authorities besides those of the system, {@code *.cert} and
 * {@code *.key} of one name a client certificate. The first such folder counts: the user's, that of
 * podman, that of docker. Read once for each host. Thread-safe.
 *
 * <p>Source: containers-certs.d(5).
 */
final class HostTls {
  private static final char[] NO_PASSWORD = new char[0];

  private final Machine machine;
  private final Map<String, Optional<SSLContext>> contexts = new ConcurrentHashMap<>();
  private Optional<List<Certificate>> ofSystem = Optional.empty();
  private boolean systemWasRead;

  HostTls(Machine machine) {
    this.machine = machine;
  }

  /**
   * What a host is connected to with.
   *
   * @param host with its port where it has one
   * @return empty where nothing is said, and those of the JDK are to be used
   * @throws OcifsException {@code IO} or {@code USAGE} naming the file
   */
  Optional<SSLContext> context(String host) throws OcifsException {
    Optional<SSLContext> known = contexts.get(host);
    if (known == null) {
      known = make(host);
      contexts.put(host, known);
    }
    return known;
  }

  private Optional<SSLContext> make(String host) throws OcifsException {
    Optional<Path> folder = folder(host);
    if (folder.isPresent()) {
      return Optional.of(read(folder.get()));
    }
    // One for all hosts that have no folder; none has this name.
    Optional<SSLContext> common = contexts.get("");
    if (common == null) {
      Optional<List<Certificate>> authorities = ofSystem();
      common =
          authorities.isPresent()
              ? Optional.of(context(authorities.get(), List.of(), List.of()))
              : Optional.empty();
      contexts.put("", common);
    }
    return common;
  }

  /** A trust store that the JDK was started with decides over that of the system. */
  private synchronized Optional<List<Certificate>> ofSystem() throws OcifsException {
    if (!systemWasRead) {
      if (System.getProperty("javax.net.ssl.trustStore") == null) {
        ofSystem = Certificates.ofSystem(machine);
      }
      systemWasRead = true;
    }
    return ofSystem;
  }

  private Optional<Path> folder(String host) {
    if (host.isEmpty() || host.startsWith(".") || host.indexOf('/') >= 0) {
      return Optional.empty();
    }
    List<Path> certs =
        List.of(
            machine.user(".config/containers/certs.d"),
            machine.system("etc/containers/certs.d"),
            machine.system("etc/docker/certs.d"));
    // Docker Hub answers at another host than it is called.
    return certs.stream()
        .flatMap(folder -> Stream.of(folder.resolve(host), folder.resolve(AuthKeys.host(host))))
        .filter(Files::isDirectory)
        .findFirst();
  }

  private SSLContext read(Path folder) throws OcifsException {
    List<Certificate> authorities = new ArrayList<>();
    List<Certificate[]> chains = new ArrayList<>();
    List<PrivateKey> keys = new ArrayList<>();
    for (Path file : list(folder)) {
      String name = file.getFileName().toString();
      if (name.endsWith(".crt")) {
        authorities.addAll(certificates(file));
      } else if (name.endsWith(".cert")) {
        Path key = sibling(file, ".cert", ".key");
        ConfigFile pem = ConfigFile.read(key).orElseThrow(() -> missing(file, key));
        chains.add(certificates(file).toArray(Certificate[]::new));
        keys.add(PemKey.parse(pem));
      } else if (name.endsWith(".key") && Files.notExists(sibling(file, ".key", ".cert"))) {
        throw missing(file, sibling(file, ".key", ".cert"));
      }
    }
    List<Certificate> all = new ArrayList<>(ofSystem().orElseGet(HostTls::ofJdk));
    all.addAll(authorities);
    return context(all, chains, keys);
  }

  private static List<Path> list(Path folder) throws OcifsException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      entries.forEach(files::add);
    } catch (IOException | DirectoryIteratorException e) {
      throw new OcifsException(OcifsException.Kind.IO, folder + " cannot be read", e)
          .hint("look at its permissions");
    }
    files.sort(null);
    return files;
  }

  private static List<Certificate> certificates(Path file) throws OcifsException {
    byte[] bytes =
        ConfigFile.readBytes(file, ConfigFile.MAX_BYTES)
            .orElseThrow(() -> ConfigFile.wrong(file, "it is a link to nothing"));
    return Certificates.parse(file, bytes);
  }

  private static Path sibling(Path file, String suffix, String other) {
    String name = file.getFileName().toString();
    return file.resolveSibling(name.substring(0, name.length() - suffix.length()) + other);
  }

  private static OcifsException missing(Path file, Path other) {
    return new OcifsException(
            OcifsException.Kind.USAGE, file + ": there is no " + other.getFileName())
        .hint("put certificate and key in one folder, with one name");
  }

  /** The authorities that the JDK brings along. */
  private static List<Certificate> ofJdk() {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      List<Certificate> all = new ArrayList<>();
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager x509) {
          all.addAll(List.of(x509.getAcceptedIssuers()));
        }
      }
      return all;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no certificates", e);
    }
  }

  private static SSLContext context(
      List<Certificate> authorities, List<Certificate[]> chains, List<PrivateKey> keys)
      throws OcifsException {
    try {
      KeyStore trusted = empty();
      for (int i = 0; i < authorities.size(); i++) {
        trusted.setCertificateEntry("authority" + i, authorities.get(i));
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      KeyManager @Nullable [] own = null;
      if (!keys.isEmpty()) {
        KeyStore clients = empty();
        for (int i = 0; i < keys.size(); i++) {
          clients.setKeyEntry("client" + i, keys.get(i), NO_PASSWORD, chains.get(i));
        }
        KeyManagerFactory factory =
            KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(clients, NO_PASSWORD);
        own = factory.getKeyManagers();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new OcifsException(
          OcifsException.Kind.IO, "the certificates of certs.d cannot be used", e);
    }
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
