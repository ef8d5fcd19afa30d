package dev.ocifs.layerfs.cache;

import dev.ocifs.oci.Digest;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link MetadataCache} finds a value by: the type of the value, a digest and, where one
 * digest has several values, a number that tells them apart.
 *
 * <p>The digest is kept as 256 bits in four words, so that comparing costs no more than reading
 * them and a key takes 56 bytes. Of a longer digest these are the first 256 bits, which collide no
 * more easily than SHA-256 does. A key can be kept and used again; making one reads the digest's
 * hexadecimal digits. Immutable.
 *
 * @param <V> the type of the value
 */
public final class MetadataKey<V> {
  private static final int NUMBER_BITS = 56;

  // Drawn anew by every process: no image can be made whose digests all fall into one chain.
  private static final long FACTOR_0;
  private static final long FACTOR_1;
  private static final long FACTOR_2;

  static {
    SplittableRandom random = new SplittableRandom();
    FACTOR_0 = random.nextLong() | 1;
    FACTOR_1 = random.nextLong() | 1;
    FACTOR_2 = random.nextLong() | 1;
  }

  private final Class<V> type;
  private final long word0;
  private final long word1;
  private final long word2;
  private final long word3;

  /** The number, and above it the digest's algorithm. */
  private final long rest;

  /** The key of the one value of this type that belongs to a digest. */
  public MetadataKey(Class<V> type, Digest digest) {
    this(type, digest, 0);
  }

  /**
   * The key of one of the values that belong to a digest.
   *
   * @param number what tells them apart, such as the size of the compressed layer; from 0 to 2⁵⁶-1
   */
  public MetadataKey(Class<V> type, Digest digest, long number) {
    if (number < 0 || number >>> NUMBER_BITS != 0) {
      throw new IllegalArgumentException("not a number of " + NUMBER_BITS + " bits: " + number);
    }
    this.type = type;
    String hex = digest.hex();
    word0 = HexFormat.fromHexDigitsToLong(hex, 0, 16);
    word1 = HexFormat.fromHexDigitsToLong(hex, 16, 32);
    word2 = HexFormat.fromHexDigitsToLong(hex, 32, 48);
    word3 = HexFormat.fromHexDigitsToLong(hex, 48, 64);
    rest = (long) digest.algorithm().ordinal() << NUMBER_BITS | number;
  }

  Class<V> type() {
    return type;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    return other instanceof MetadataKey<?> that
        && word0 == that.word0
        && word1 == that.word1
        && word2 == that.word2
        && word3 == that.word3
        && rest == that.rest
        && type == that.type;
  }

  /** Computed at each call: three multiplications cost less than the memory to keep it would. */
  @Override
  public int hashCode() {
    long sum = word0 * FACTOR_0 + word1 * FACTOR_1 + rest * FACTOR_2;
    return (int) (sum >>> 32) ^ type.hashCode();
  }

  /** The type and the beginning of the digest, for messages. */
  @Override
  public String toString() {
    return type.getSimpleName() + " " + HexFormat.of().toHexDigits(word0) + "…";
  }
}
