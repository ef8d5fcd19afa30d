package dev.ocifs.oci.manifest;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.util.Optional;

/**
 * The bytes of a JSON document as they were stored, and their digest. Immutable; never longer than
 * {@link Limits#maxDocumentBytes}.
 */
public final class Document {
  private final byte[] bytes;
  private final Digest digest;

  private Document(byte[] bytes, Digest digest) {
    this.bytes = bytes;
    this.digest = digest;
  }

  /**
   * A document that nothing vouches for, such as an {@code index.json}; its digest is a sha256.
   *
   * @param bytes not copied; the caller changes them no more
   * @throws OcifsException {@code LIMIT} when it is too long
   */
  public static Document of(byte[] bytes, Limits limits) throws OcifsException {
    return of(bytes, Digest.Algorithm.SHA256, limits);
  }

  /** The same, with a digest of the given algorithm. */
  public static Document of(byte[] bytes, Digest.Algorithm algorithm, Limits limits)
      throws OcifsException {
    checkLength(bytes.length, limits);
    return new Document(bytes, Hasher.hash(algorithm, bytes));
  }

  /**
   * Refuses a document that is too long, before it is read.
   *
   * @throws OcifsException {@code LIMIT}
   */
  public static void checkLength(long length, Limits limits) throws OcifsException {
    if (length > limits.maxDocumentBytes()) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT,
              "a document of "
                  + length
                  + " bytes is longer than the limit of "
                  + limits.maxDocumentBytes())
          .rule(28);
    }
  }

  /** What a descriptor promises and the document does not keep: first the size, then the digest. */
  public Optional<OcifsException> mismatch(Descriptor promised) {
    if (bytes.length != promised.size()) {
      return Optional.of(
          new OcifsException(
                  OcifsException.Kind.MISMATCH,
                  "document "
                      + promised.digest()
                      + " has "
                      + bytes.length
                      + " bytes, its descriptor says "
                      + promised.size())
              .rule(27));
    }
    if (!digest.equals(promised.digest())) {
      return Optional.of(
          new OcifsException(
                  OcifsException.Kind.MISMATCH,
                  "document " + promised.digest() + " has the digest " + digest)
              .rule(27));
    }
    return Optional.empty();
  }

  /** The digest of the bytes. */
  public Digest digest() {
    return digest;
  }

  /** The length in bytes. */
  public int size() {
    return bytes.length;
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The bytes themselves, for the parser. */
  byte[] shared() {
    return bytes;
  }
}
