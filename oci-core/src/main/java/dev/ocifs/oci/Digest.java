package dev.ocifs.oci;

import java.util.HexFormat;
import java.util.Locale;

/**
 * The digest of a content, as OCI writes it: {@code sha256:} and 64 lower-case hexadecimal digits,
 * or {@code sha512:} and 128, or {@code blake3:} and 64. A value that passed the grammar is safe as
 * a file name.
 *
 * <p>Ordered by algorithm, then digits; that also keeps hash maps fast when digests are made to
 * share one hash.
 *
 * <p>Source: OCI image-spec v1.1, descriptor.md, "Digests". Immutable.
 */
public record Digest(Algorithm algorithm, String hex) implements Comparable<Digest> {

  /** The registered algorithms. */
  public enum Algorithm {
    SHA256("sha256", 64),
    SHA512("sha512", 128),
    BLAKE3("blake3", 64);

    private final String id;
    private final int hexLength;

    Algorithm(String id, int hexLength) {
      this.id = id;
      this.hexLength = hexLength;
    }

    /** The name as it stands before the colon. */
    public String id() {
      return id;
    }
  }

  public Digest {
    if (hex.length() != algorithm.hexLength || !isLowerHex(hex)) {
      throw new IllegalArgumentException(
          "not " + algorithm.hexLength + " lower-case hexadecimal digits: " + hex);
    }
  }

  /**
   * Parses {@code algorithm:hex}.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when the text is not a digest, {@code UNSUPPORTED}
   *     when the algorithm is not known
   */
  public static Digest parse(String text) throws OcifsException {
    int colon = text.indexOf(':');
    if (colon <= 0) {
      throw new OcifsException(OcifsException.Kind.INVALID_IMAGE, "not a digest: '" + text + "'")
          .rule(26);
    }
    String name = text.substring(0, colon);
    for (Algorithm algorithm : Algorithm.values()) {
      if (algorithm.id.equals(name)) {
        String hex = text.substring(colon + 1);
        if (hex.length() != algorithm.hexLength || !isLowerHex(hex)) {
          throw new OcifsException(
                  OcifsException.Kind.INVALID_IMAGE,
                  "digest '"
                      + text
                      + "' is not "
                      + algorithm.hexLength
                      + " lower-case hexadecimal digits")
              .rule(26);
        }
        return new Digest(algorithm, hex);
      }
    }
    throw new OcifsException(
            OcifsException.Kind.UNSUPPORTED,
            "digest algorithm '"
                + name.toLowerCase(Locale.ROOT)
                + "' is none of sha256, sha512, blake3")
        .rule(26);
  }

  /** The sha256 digest with these 32 bytes. */
  public static Digest sha256(byte[] hash) {
    return new Digest(Algorithm.SHA256, HexFormat.of().formatHex(hash));
  }

  private static boolean isLowerHex(String s) {
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int compareTo(Digest other) {
    int algorithms = algorithm.compareTo(other.algorithm);
    return algorithms != 0 ? algorithms : hex.compareTo(other.hex);
  }

  /** {@code algorithm:hex}. */
  @Override
  public String toString() {
    return algorithm.id + ":" + hex;
  }
}
