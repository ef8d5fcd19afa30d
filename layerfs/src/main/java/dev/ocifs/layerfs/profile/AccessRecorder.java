package dev.ocifs.layerfs.profile;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Notes which spans a mount reads, each once, in the order of first use.
 *
 * <p>A hash table of twice to four times the capacity, without removal and without locks: a span
 * that was seen costs one or two volatile reads, a new one a compare-and-set and its place in the
 * order. Allocates nothing after the constructor, 24 to 40 bytes an event there. When full it notes
 * no more and counts what it did not note. Thread-safe.
 */
public final class AccessRecorder {
  /** Enough for the start of every program; 160 KiB. */
  public static final int DEFAULT_CAPACITY = 4096;

  private final int capacity;

  /** A span's key and one, so that 0 is free. */
  private final AtomicLongArray table;

  private final int mask;

  /** Keys and one, in their order; 0 where a thread has taken the place and not written yet. */
  private final AtomicLongArray order;

  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicLong dropped = new AtomicLong();

  /** A recorder of at most this many spans, 1 to {@link AccessTrace#MAX_EVENTS}. */
  public AccessRecorder(int capacity) {
    if (capacity < 1 || capacity > AccessTrace.MAX_EVENTS) {
      throw new IllegalArgumentException("capacity " + capacity);
    }
    this.capacity = capacity;
    int slots = Integer.highestOneBit(capacity) << 2;
    mask = slots - 1;
    table = new AtomicLongArray(slots);
    order = new AtomicLongArray(capacity);
  }

  /**
   * Notes a read.
   *
   * @param layer position of the layer in the image; one that a trace cannot hold is dropped
   * @param span position of the span in the layer's index, not negative
   */
  public void record(int layer, int span) {
    if (layer < 0 || layer >= AccessTrace.MAX_LAYERS || span < 0) {
      dropped.incrementAndGet();
      return;
    }
    long mark = SpanKeys.of(layer, span) + 1;
    int first = hash(mark);
    // The bound matters where as many threads as there are slots came for the last place.
    for (int probe = 0; probe <= mask; probe++) {
      int slot = (first + probe) & mask;
      long there = table.get(slot);
      if (there == 0 && taken.get() < capacity) {
        there = table.compareAndExchange(slot, 0, mark);
        if (there == 0) {
          append(mark);
          return;
        }
      }
      if (there == mark) {
        return;
      }
      if (there == 0) {
        break;
      }
    }
    dropped.incrementAndGet();
  }

  private void append(long mark) {
    int place = taken.getAndIncrement();
    if (place < capacity) {
      order.set(place, mark);
    } else {
      dropped.incrementAndGet();
    }
  }

  /** Fibonacci hashing; keys of one layer are consecutive. */
  private static int hash(long mark) {
    return (int) ((mark * 0x9E37_79B9_7F4A_7C15L) >>> 32);
  }

  /** Reads that were not noted: of spans that came when it was full, each time they came. */
  public long dropped() {
    return dropped.get();
  }

  /** What was noted until now; a read that is being noted may be missing, with all after it. */
  public AccessTrace trace() {
    int most = Math.min(taken.get(), capacity);
    long[] keys = new long[most];
    int size = 0;
    while (size < most && order.get(size) != 0) {
      keys[size] = order.get(size) - 1;
      size++;
    }
    return new AccessTrace(Arrays.copyOf(keys, size));
  }
}
