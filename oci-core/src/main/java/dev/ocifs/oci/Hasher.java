package dev.ocifs.oci;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.Blake3Digest;

/**
 * Computes a digest of bytes that come in pieces. Not thread-safe; of no use after {@link #digest}.
 *
 * <p>The SHA-2 family comes from the JDK, whose implementation uses the processor's instructions;
 * BLAKE3, which it lacks, from Bouncy Castle.
 */
public abstract sealed class Hasher {

  private Hasher() {}

  /** A hasher for this algorithm. */
  public static Hasher of(Digest.Algorithm algorithm) {
    return switch (algorithm) {
      case SHA256 -> new Jdk(algorithm, "SHA-256");
      case SHA512 -> new Jdk(algorithm, "SHA-512");
      case BLAKE3 -> new Blake3();
    };
  }

  /** The digest of these bytes. */
  public static Digest hash(Digest.Algorithm algorithm, byte[] bytes) {
    Hasher hasher = of(algorithm);
    hasher.update(bytes, 0, bytes.length);
    return hasher.digest();
  }

  public abstract void update(byte[] bytes, int off, int len);

  /** The digest of all bytes so far. */
  public abstract Digest digest();

  private static final class Jdk extends Hasher {
    private final Digest.Algorithm algorithm;
    private final MessageDigest hash;

    Jdk(Digest.Algorithm algorithm, String name) {
      this.algorithm = algorithm;
      try {
        hash = MessageDigest.getInstance(name);
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every JDK has " + name, e);
      }
    }

    @Override
    public void update(byte[] bytes, int off, int len) {
      hash.update(bytes, off, len);
    }

    @Override
    public Digest digest() {
      return new Digest(algorithm, HexFormat.of().formatHex(hash.digest()));
    }
  }

  private static final class Blake3 extends Hasher {
    private final Blake3Digest hash = new Blake3Digest(32);

    @Override
    public void update(byte[] bytes, int off, int len) {
      hash.update(bytes, off, len);
    }

    @Override
    public Digest digest() {
      byte[] out = new byte[32];
      hash.doFinal(out, 0);
      return new Digest(Digest.Algorithm.BLAKE3, HexFormat.of().formatHex(out));
    }
  }
}
