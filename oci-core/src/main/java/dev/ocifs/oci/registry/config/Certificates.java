package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Files of certificates in PEM, and the authorities that the system trusts: where Linux
 * distributions keep them, as the ones of the JDK do not know what the machine's administrator
 * added.
 */
final class Certificates {

  /** Longest bundle of authorities that is read, in bytes; those of distributions have 0.3 MB. */
  private static final int MAX_BUNDLE_BYTES = 8 << 20;

  /** Where Debian, Fedora, openSUSE, OpenELEC, RHEL and Alpine have it, in the order of Go. */
  private static final List<String> BUNDLES =
      List.of(
          "etc/ssl/certs/ca-certificates.crt",
          "etc/pki/tls/certs/ca-bundle.crt",
          "etc/ssl/ca-bundle.pem",
          "etc/pki/tls/cacert.pem",
          "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
          "etc/ssl/cert.pem");

  private Certificates() {}

  /**
   * The authorities that the system trusts; empty where no bundle is found. {@code $SSL_CERT_FILE}
   * names another bundle.
   *
   * @throws OcifsException {@code IO} or {@code USAGE} naming the file
   */
  static Optional<List<Certificate>> ofSystem(Machine machine) throws OcifsException {
    Optional<Path> named = machine.pathVariable("SSL_CERT_FILE");
    List<Path> paths =
        named.isPresent() ? List.of(named.get()) : BUNDLES.stream().map(machine::system).toList();
    for (Path path : paths) {
      Optional<byte[]> bytes = ConfigFile.readBytes(path, MAX_BUNDLE_BYTES);
      if (bytes.isPresent()) {
        return Optional.of(parse(path, bytes.get()));
      }
    }
    return Optional.empty();
  }

  /** All certificates of a file, at least one. */
  static List<Certificate> parse(Path path, byte[] bytes) throws OcifsException {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      Collection<? extends Certificate> all =
          factory.generateCertificates(new ByteArrayInputStream(bytes));
      if (!all.isEmpty()) {
        return new ArrayList<>(all);
      }
    } catch (CertificateException e) {
      throw ConfigFile.wrong(path, "a certificate cannot be understood");
    }
    throw ConfigFile.wrong(path, "there is no certificate");
  }
}
