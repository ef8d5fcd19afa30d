package dev.ocifs.oci.lazy;

/**
 * A limit of bytes a second, which is met by the times at which pieces begin: none before the time
 * is over that those before it may take. Guarded by the lock of its owner.
 */
final class Pace {
  /** A piece may be what is allowed in this time. */
  private static final long PIECE_SECONDS = 1;

  private final long bytesPerSecond;
  private long nextNanos;
  private boolean begun;

  /**
   * @param bytesPerSecond 0 for no limit
   */
  Pace(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  boolean isLimited() {
    return bytesPerSecond > 0;
  }

  /** The most that a piece may have. */
  long pieceBytes() {
    return isLimited() ? bytesPerSecond * PIECE_SECONDS : Long.MAX_VALUE;
  }

  /** How long the next piece has to wait; 0 when it may begin. */
  long delayNanos(long nowNanos) {
    return isLimited() && begun ? Math.max(0, nextNanos - nowNanos) : 0;
  }

  void began(long bytes, long nowNanos) {
    if (isLimited()) {
      long from = begun ? Math.max(nowNanos, nextNanos) : nowNanos;
      nextNanos = from + (long) (bytes * 1e9 / bytesPerSecond);
      begun = true;
    }
  }
}
