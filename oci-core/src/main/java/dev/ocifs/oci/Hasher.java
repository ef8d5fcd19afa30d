package dev.ocifs.oci;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.Blake3Digest;

/**
 * Computes the digest of a content that arrives in pieces. SHA-2 comes from the JDK, whose
 * intrinsics are several times faster than any library; only BLAKE3, which the JDK lacks, loads
 * Bouncy Castle. Not thread-safe.
 */
public abstract class Hasher {
  private final Digest.Algorithm algorithm;

  private Hasher(Digest.Algorithm algorithm) {
    this.algorithm = algorithm;
  }

  /** A new hasher that has seen nothing. */
  public static Hasher of(Digest.Algorithm algorithm) {
    return switch (algorithm) {
      case SHA256 -> new Jdk(algorithm, "SHA-256");
      case SHA512 -> new Jdk(algorithm, "SHA-512");
      case BLAKE3 -> new Blake3(new Blake3Digest(256));
    };
  }

  /** The digest of a whole content. */
  public static Digest hash(Digest.Algorithm algorithm, byte[] content) {
    Hasher hasher = of(algorithm);
    hasher.update(content, 0, content.length);
    return hasher.digest();
  }

  /** Adds {@code bytes[off, off + len)}. */
  public abstract void update(byte[] bytes, int off, int len);

  /** A hasher that has seen the same. */
  public abstract Hasher copy();

  /** The digest of everything added; the hasher is then as new. */
  public final Digest digest() {
    return new Digest(algorithm, HexFormat.of().formatHex(finish()));
  }

  /** The same as bytes; the hasher is then as new. */
  public final byte[] bytes() {
    return finish();
  }

  final Digest.Algorithm algorithm() {
    return algorithm;
  }

  abstract byte[] finish();

  private static final class Jdk extends Hasher {
    private final MessageDigest digest;

    Jdk(Digest.Algorithm algorithm, String name) {
      super(algorithm);
      try {
        digest = MessageDigest.getInstance(name);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has " + name, e);
      }
    }

    private Jdk(Digest.Algorithm algorithm, MessageDigest digest) {
      super(algorithm);
      this.digest = digest;
    }

    @Override
    public void update(byte[] bytes, int off, int len) {
      digest.update(bytes, off, len);
    }

    @Override
    public Hasher copy() {
      try {
        return new Jdk(algorithm(), (MessageDigest) digest.clone());
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException("those of the JDK can be cloned", e);
      }
    }

    @Override
    byte[] finish() {
      return digest.digest();
    }
  }

  private static final class Blake3 extends Hasher {
    private final Blake3Digest digest;

    Blake3(Blake3Digest digest) {
      super(Digest.Algorithm.BLAKE3);
      this.digest = digest;
    }

    @Override
    public void update(byte[] bytes, int off, int len) {
      digest.update(bytes, off, len);
    }

    @Override
    public Hasher copy() {
      return new Blake3(new Blake3Digest(digest));
    }

    @Override
    byte[] finish() {
      byte[] hash = new byte[digest.getDigestSize()];
      digest.doFinal(hash, 0); // resets it as well
      return hash;
    }
  }
}
