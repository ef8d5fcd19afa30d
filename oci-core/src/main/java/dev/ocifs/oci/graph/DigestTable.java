package dev.ocifs.oci.graph;

import dev.ocifs.oci.Digest;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Numbers digests from 0 in the order in which they are first seen, so that what is known of them
 * can stand in plain arrays.
 *
 * <p>An open-addressing table of longs, at most three quarters full: the upper half of an entry is
 * the hash of its digest, the lower half its number plus one. A probe touches a digest only where
 * the hashes agree. The digests themselves are kept, never copied.
 *
 * <p>The digests may be an attacker's choice. The seed hides where a hash falls; when {@value
 * #MAX_TWINS} digests share one hash of {@link String}, which never happens by chance, the table
 * goes over to a keyed hash (Carter and Wegman, "Universal classes of hash functions", 1979: a
 * polynomial modulo 2^61 - 1 at a secret point). Not safe for several threads.
 */
final class DigestTable {
  static final int MAX_TWINS = 16;

  private static final long SEED = new SplittableRandom().nextLong();
  private static final long PRIME = (1L << 61) - 1;
  private static final long POINT = SEED >>> 4;
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  private long[] table = new long[64];
  private Digest[] digests = new Digest[48];
  private int size;
  private boolean keyed;

  /** How many digests have a number. */
  int size() {
    return size;
  }

  /** The digest with this number, the very object that was seen first. */
  Digest digest(int number) {
    return digests[number];
  }

  /** Whether the table has gone over to the keyed hash. */
  boolean keyed() {
    return keyed;
  }

  /** The number of the digest, which is {@link #size} where it was not seen before. */
  int number(Digest digest) {
    int hash = hash(digest);
    int slot = home(hash);
    int twins = 0;
    for (long entry = table[slot]; entry != 0; entry = table[slot]) {
      if ((int) (entry >>> 32) == hash) {
        int number = (int) entry - 1;
        if (digests[number].equals(digest)) {
          return number;
        }
        if (++twins == MAX_TWINS && !keyed) {
          key();
          return number(digest);
        }
      }
      slot = (slot + 1) & (table.length - 1);
    }
    if (size == digests.length) {
      grow();
      slot = free(hash);
    }
    digests[size] = digest;
    table[slot] = entry(hash, size);
    return size++;
  }

  private void grow() {
    digests = Arrays.copyOf(digests, 2 * size);
    long[] old = table;
    table = new long[2 * old.length];
    for (long entry : old) {
      if (entry != 0) {
        table[free((int) (entry >>> 32))] = entry;
      }
    }
  }

  private void key() {
    keyed = true;
    Arrays.fill(table, 0);
    for (int number = 0; number < size; number++) {
      int hash = hash(digests[number]);
      table[free(hash)] = entry(hash, number);
    }
  }

  private int free(int hash) {
    int slot = home(hash);
    while (table[slot] != 0) {
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  }

  private int home(int hash) {
    long mixed = (hash ^ SEED) * GOLDEN_RATIO;
    return (int) (((mixed ^ (mixed >>> 32)) * GOLDEN_RATIO) >>> 33) & (table.length - 1);
  }

  private static long entry(int hash, int number) {
    return ((long) hash << 32) | (number + 1);
  }

  private int hash(Digest digest) {
    return keyed ? keyedHash(digest.hex()) : digest.hex().hashCode();
  }

  static int keyedHash(String hex) {
    long sum = 0;
    for (int i = 0; i < hex.length(); i++) {
      long high = Math.multiplyHigh(sum, POINT);
      long low = sum * POINT;
      // 2^61 is 1 modulo the prime: the bits from the 61st on count as they are.
      sum = (low & PRIME) + ((high << 3) | (low >>> 61)) + hex.charAt(i);
      sum = (sum & PRIME) + (sum >>> 61);
    }
    return (int) (sum ^ (sum >>> 32));
  }
}
