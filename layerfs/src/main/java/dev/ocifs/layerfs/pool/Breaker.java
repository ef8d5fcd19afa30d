package dev.ocifs.layerfs.pool;

/**
 * A circuit breaker: once somebody has waited in vain it is open, and spares others the wait, until
 * there is reason to hope or {@link #OPEN_NANOS} have passed. Thread-safe.
 */
final class Breaker {

  static final long OPEN_NANOS = 100_000_000;

  private final Pause pause;
  private volatile boolean open;
  private volatile long openedAt;

  Breaker(Pause pause) {
    this.pause = pause;
  }

  boolean isOpen() {
    if (open && pause.nanoTime() - openedAt >= OPEN_NANOS) {
      open = false;
    }
    return open;
  }

  void open() {
    openedAt = pause.nanoTime();
    open = true;
  }

  void close() {
    if (open) {
      open = false;
    }
  }
}
