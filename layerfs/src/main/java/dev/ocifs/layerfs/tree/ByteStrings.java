package dev.ocifs.layerfs.tree;

import java.util.Arrays;

/**
 * Interns byte strings: equal strings get the same number, counted from 0. Not thread-safe.
 *
 * <p>Names come from untrusted layers, so the hash is seeded: colliding names cannot be made ahead.
 */
final class ByteStrings {
  private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

  private final long seed;
  private byte[] pool = new byte[16 * 1024];
  private int[] ends = new int[1024];
  private int[] table = new int[2048];
  private int count;

  ByteStrings(long seed) {
    this.seed = seed;
  }

  int count() {
    return count;
  }

  /** The number of the string, which is added when it is new. */
  int intern(byte[] bytes, int from, int to) {
    int slot = slot(bytes, from, to);
    if (table[slot] != 0) {
      return table[slot] - 1;
    }
    int length = to - from;
    int start = start(count);
    if (pool.length - start < length) {
      pool = Arrays.copyOf(pool, Math.max(pool.length * 2, Math.addExact(start, length)));
    }
    System.arraycopy(bytes, from, pool, start, length);
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, count * 2);
    }
    ends[count] = start + length;
    table[slot] = ++count;
    if (count * 2 > table.length) {
      grow();
    }
    return count - 1;
  }

  /** The number of the string, -1 when it has never been interned. */
  int find(byte[] bytes, int from, int to) {
    return table[slot(bytes, from, to)] - 1;
  }

  int length(int number) {
    return ends[number] - start(number);
  }

  byte[] get(int number) {
    return Arrays.copyOfRange(pool, start(number), ends[number]);
  }

  /** Compares two interned strings as unsigned bytes. */
  int compare(int a, int b) {
    return Arrays.compareUnsigned(pool, start(a), ends[a], pool, start(b), ends[b]);
  }

  private int start(int number) {
    return number == 0 ? 0 : ends[number - 1];
  }

  /** The slot that holds the string, or the free one where it belongs. */
  private int slot(byte[] bytes, int from, int to) {
    int mask = table.length - 1;
    int slot = hash(bytes, from, to) & mask;
    while (table[slot] != 0) {
      int number = table[slot] - 1;
      if (Arrays.equals(pool, start(number), ends[number], bytes, from, to)) {
        break;
      }
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    table = new int[table.length * 2];
    int mask = table.length - 1;
    for (int number = 0; number < count; number++) {
      int slot = hash(pool, start(number), ends[number]) & mask;
      while (table[slot] != 0) {
        slot = slot + 1 & mask;
      }
      table[slot] = number + 1;
    }
  }

  private int hash(byte[] bytes, int from, int to) {
    long h = seed + to - from;
    for (int i = from; i < to; i++) {
      h = (h ^ (bytes[i] & 0xff)) * MULTIPLIER;
      h ^= h >>> 29;
    }
    return (int) (h ^ h >>> 32);
  }
}
