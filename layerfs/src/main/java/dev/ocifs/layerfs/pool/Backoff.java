package dev.ocifs.layerfs.pool;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The waits of one thread between its attempts to get something: at first spins, which catch a
 * holder that is about to be done; then parks that grow by a sixteenth from 10 µs to 1 ms, each
 * shortened by chance, so that those who wait do not come back in step. All of them take some 25
 * ms, as long as a few spans of a layer take to decode.
 */
final class Backoff {

  static final int SPINS = 10;
  static final int ATTEMPTS = 100;
  static final long SHORTEST_NANOS = 10_000;
  static final long LONGEST_NANOS = 1_000_000;

  private final Pause pause;
  private int attempts;
  private long nanos = SHORTEST_NANOS;

  Backoff(Pause pause) {
    this.pause = pause;
  }

  /** Waits before the next attempt; returns false, at once, when there have been enough. */
  boolean next() {
    if (attempts == ATTEMPTS) {
      return false;
    }
    if (attempts++ < SPINS) {
      pause.spin();
    } else {
      long least = Math.max(SHORTEST_NANOS, nanos / 2);
      pause.park(ThreadLocalRandom.current().nextLong(least, nanos + 1));
      nanos = Math.min(LONGEST_NANOS, nanos + nanos / 16);
    }
    return true;
  }
}
