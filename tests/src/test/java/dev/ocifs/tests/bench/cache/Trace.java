package dev.ocifs.tests.bench.cache;

import java.util.Arrays;
import java.util.Random;

/** Accesses to keys that are called by their numbers: the same on each call. */
public enum Trace {
  /** A few keys are asked for often, as layers of base images are. */
  ZIPF {
    @Override
    int[] accesses() {
      return zipf();
    }
  },

  /** The same, and every 50,000 accesses one walk over all keys, as a verify of the store is. */
  SCAN {
    @Override
    int[] accesses() {
      int[] keys = zipf();
      for (int at = 50_000; at + KEYS <= keys.length; at += 50_000) {
        for (int i = 0; i < KEYS; i++) {
          keys[at + i] = i;
        }
      }
      return keys;
    }
  },

  /** As {@link #ZIPF}, but half-way other keys become the ones that are asked for often. */
  SHIFT {
    @Override
    int[] accesses() {
      int[] keys = zipf();
      for (int i = keys.length / 2; i < keys.length; i++) {
        keys[i] = (keys[i] + KEYS / 2) % KEYS;
      }
      return keys;
    }
  },

  /** Round and round through all keys. */
  LOOP {
    @Override
    int[] accesses() {
      int[] keys = new int[ACCESSES];
      Arrays.setAll(keys, i -> i % KEYS);
      return keys;
    }
  };

  static final int KEYS = 10_000;
  private static final int ACCESSES = 400_000;
  private static final long SEED = 11;

  /** Numbers of keys, below {@link #KEYS}. */
  abstract int[] accesses();

  /** Keys of which the k-th is drawn with a probability in proportion to 1/k. */
  private static int[] zipf() {
    double[] sums = new double[KEYS];
    double sum = 0;
    for (int k = 0; k < KEYS; k++) {
      sum += 1.0 / (k + 1);
      sums[k] = sum;
    }
    Random random = new Random(SEED);
    int[] keys = new int[ACCESSES];
    for (int i = 0; i < keys.length; i++) {
      int at = Arrays.binarySearch(sums, random.nextDouble() * sum);
      keys[i] = Math.min(at < 0 ? -at - 1 : at, KEYS - 1);
    }
    return keys;
  }
}
