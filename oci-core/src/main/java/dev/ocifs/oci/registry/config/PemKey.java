package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * Private keys in PEM: PKCS #8, and the older forms for RSA (PKCS #1) and elliptic curves (SEC 1).
 *
 * <p>Source: RFC 7468, RFC 5958, RFC 8017 (appendix A), RFC 5915.
 */
final class PemKey {
  private PemKey() {}

  /**
   * Reads the first private key of a file.
   *
   * @throws OcifsException {@code USAGE} naming the file, when there is none that can be used; no
   *     error repeats a part of it
   */
  static PrivateKey parse(ConfigFile file) throws OcifsException {
    try (PemReader reader = new PemReader(new StringReader(file.text()))) {
      for (PemObject pem = reader.readPemObject(); pem != null; pem = reader.readPemObject()) {
        if (pem.getType().endsWith("PRIVATE KEY")) {
          return key(file, pem);
        }
      }
    } catch (OcifsException e) {
      throw e;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      // Bouncy Castle tells of bytes that are no such structure by various unchecked exceptions.
      throw file.wrong("its private key cannot be understood");
    }
    throw file.wrong("there is no private key in PEM");
  }

  private static PrivateKey key(ConfigFile file, PemObject pem)
      throws IOException, GeneralSecurityException {
    boolean encrypted = !pem.getHeaders().isEmpty() || pem.getType().startsWith("ENCRYPTED");
    if (encrypted) {
      throw file.wrong("its private key is encrypted, and nobody is asked for the passphrase");
    }
    PrivateKeyInfo info =
        switch (pem.getType()) {
          case "PRIVATE KEY" -> PrivateKeyInfo.getInstance(pem.getContent());
          case "RSA PRIVATE KEY" -> rsa(pem.getContent());
          case "EC PRIVATE KEY" -> ec(pem.getContent());
          default -> throw file.wrong("its private key is of a kind that is not supported");
        };
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(info.getEncoded());
    return KeyFactory.getInstance(info.getPrivateKeyAlgorithm().getAlgorithm().getId())
        .generatePrivate(spec);
  }

  private static PrivateKeyInfo rsa(byte[] pkcs1) throws IOException {
    ASN1Object key = RSAPrivateKey.getInstance(pkcs1);
    return new PrivateKeyInfo(
        new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE), key);
  }

  private static PrivateKeyInfo ec(byte[] sec1) throws IOException {
    ECPrivateKey key = ECPrivateKey.getInstance(sec1);
    return new PrivateKeyInfo(
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()),
        key);
  }
}
