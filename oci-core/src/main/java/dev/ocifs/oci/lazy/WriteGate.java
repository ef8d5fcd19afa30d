package dev.ocifs.oci.lazy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps those who write units of a partial blob from one that was found right. Any of them may be
 * halted between looking whether a unit is missing and writing it, and go on when another process
 * has compared the whole with its digest: a lock that such a one held could not be had, and a bit
 * that he has read tells him nothing.
 *
 * <p>So a word of the map, which all processes share, counts those that are writing and the times
 * that bytes which were here may have become others: a unit was dropped, or two have written it.
 * Who has compared the whole {@linkplain #seal seals} the word, which succeeds only if nobody is
 * writing and nothing has become other since before the bytes were read. Behind a seal nobody
 * writes. Where it does not succeed, as after a writer was killed, the blob is copied. Thread-safe.
 */
final class WriteGate {
  /** How long to wait for who is just writing; a unit takes some microseconds. */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  /** In the word: changes in the upper half but for the top bit, writers in the lower. */
  private static final long SEALED = Long.MIN_VALUE;

  private static final long CHANGE = 1L << 32;
  private static final VarHandle WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final MemorySegment word;

  /** A gate whose state is these eight bytes, zeros at first. */
  WriteGate(MemorySegment word) {
    this.word = word;
  }

  private long get() {
    return (long) WORD.getVolatile(word, 0L);
  }

  /** Before a writer looks whether a unit is missing; false when nothing is written any more. */
  boolean enter() {
    long before = (long) WORD.getAndAdd(word, 0L, 1L);
    if (before < 0) {
      leave();
    }
    return before >= 0;
  }

  /** When a writer that has entered is done. */
  void leave() {
    long ignored = (long) WORD.getAndAdd(word, 0L, -1L);
  }

  /**
   * Before a unit that is here is dropped, and when a unit that was written turns out to have been
   * here already; false when nothing changes any more.
   */
  boolean change() {
    long now = get();
    while (now >= 0 && !WORD.compareAndSet(word, 0L, now, changed(now))) {
      now = get();
    }
    return now >= 0;
  }

  private static long changed(long now) {
    return (now + CHANGE) & ~SEALED;
  }

  /** How often bytes have become others. */
  long changes() {
    return (get() & ~SEALED) >>> 32;
  }

  /**
   * Ends all writing if nobody writes and nothing has changed since; waits a moment for writers.
   *
   * @param changes what {@link #changes} was before the bytes were read
   * @return whether what was read then is what there is, for ever
   */
  boolean seal(long changes) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (changes() == changes) {
      if (WORD.compareAndSet(word, 0L, changes << 32, SEALED | changes << 32)) {
        return true;
      }
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return false;
  }

  /** Takes back a seal whose owner could not give the blob its place, or was killed before. */
  void unseal() {
    long ignored = (long) WORD.getAndBitwiseAnd(word, 0L, ~SEALED);
  }
}
