package dev.ocifs.layerfs.pool;

/**
 * What a pool has done so far. The numbers are read one after the other while the pool is used, and
 * need not agree with each other.
 *
 * @param inUse slots that are held now
 * @param max slots that there are
 * @param waits acquisitions that found all slots held, and waited
 * @param waitNanos how long these waited together
 * @param exhausted those of them that waited in vain
 * @param created objects made, with those for templates and overflow
 * @param overflow objects handed out above {@code max}, each closed after its use
 */
public record PoolMetrics(
    int inUse, int max, long waits, long waitNanos, long exhausted, long created, long overflow) {

  /** Those of no pool. */
  public static final PoolMetrics NONE = new PoolMetrics(0, 0, 0, 0, 0, 0, 0);

  /** Of both pools together. */
  public PoolMetrics plus(PoolMetrics other) {
    return new PoolMetrics(
        inUse + other.inUse,
        max + other.max,
        waits + other.waits,
        waitNanos + other.waitNanos,
        exhausted + other.exhausted,
        created + other.created,
        overflow + other.overflow);
  }

  /** The mean of the waits, in microseconds; 0 where there was none. */
  public long averageWaitMicros() {
    return waits == 0 ? 0 : waitNanos / waits / 1000;
  }

  /** One line, as {@code in_use=2/8 exhausted=0 avg_wait_us=3 created=4 overflow=0}. */
  public String line() {
    return "in_use="
        + inUse
        + "/"
        + max
        + " exhausted="
        + exhausted
        + " avg_wait_us="
        + averageWaitMicros()
        + " created="
        + created
        + " overflow="
        + overflow;
  }
}
