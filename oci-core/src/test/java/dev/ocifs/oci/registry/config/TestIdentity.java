package dev.ocifs.oci.registry.config;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** A key and a certificate for localhost that it signed itself, in PEM. */
final class TestIdentity {
  private static final AlgorithmIdentifier ECDSA =
      new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);

  final KeyPair keys;

  /** The certificate; empty for keys of another kind than elliptic curves. */
  final String certificate;

  private TestIdentity(KeyPair keys) throws GeneralSecurityException, IOException {
    this.keys = keys;
    this.certificate = keys.getPrivate().getAlgorithm().equals("EC") ? sign() : "";
  }

  static TestIdentity make() throws GeneralSecurityException, IOException {
    return of("EC", 256);
  }

  static TestIdentity of(String algorithm, int bits) throws GeneralSecurityException, IOException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(bits);
    return new TestIdentity(generator.generateKeyPair());
  }

  private String sign() throws GeneralSecurityException, IOException {
    V3TBSCertificateGenerator fields = new V3TBSCertificateGenerator();
    X500Name name = new X500Name("CN=localhost");
    Instant now = Instant.now();
    fields.setSerialNumber(new ASN1Integer(BigInteger.valueOf(keys.hashCode())));
    fields.setSignature(ECDSA);
    fields.setIssuer(name);
    fields.setSubject(name);
    fields.setStartDate(new Time(Date.from(now.minusSeconds(3600))));
    fields.setEndDate(new Time(Date.from(now.plusSeconds(3600))));
    fields.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
    fields.setExtensions(
        new Extensions(
            new Extension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")).getEncoded())));
    TBSCertificate signed = fields.generateTBSCertificate();
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(keys.getPrivate());
    signature.update(signed.getEncoded("DER"));
    ASN1EncodableVector all = new ASN1EncodableVector();
    all.add(signed);
    all.add(ECDSA);
    all.add(new DERBitString(signature.sign()));
    return pem("CERTIFICATE", new DERSequence(all).getEncoded());
  }

  /** The key as PKCS #8. */
  String key() {
    return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
  }

  /** The key as PKCS #1, for RSA. */
  String pkcs1() throws IOException {
    return pem("RSA PRIVATE KEY", inner().getEncoded());
  }

  /** The key as SEC 1 with its curve, as openssl ecparam writes it. */
  String sec1() throws IOException {
    ECPrivateKey bare = ECPrivateKey.getInstance(inner());
    PrivateKeyInfo info = PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded());
    ECPrivateKey full =
        new ECPrivateKey(256, bare.getKey(), info.getPrivateKeyAlgorithm().getParameters());
    return pem("EC PRIVATE KEY", full.getEncoded());
  }

  private ASN1Primitive inner() throws IOException {
    return PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded())
        .parsePrivateKey()
        .toASN1Primitive();
  }

  static String pem(String type, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(type, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), type);
  }
}
