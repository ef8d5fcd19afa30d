package dev.ocifs.oci.lazy;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The fetches of one blob that are under way: they are made urgent or shorter for who comes in
 * between, and given up when nothing is heard of them. Guarded by the lock of their fetcher, which
 * the caller holds.
 */
final class Fetches {
  /** A fetch whose next byte is farther than this from what a reader needs loses its end to it. */
  private static final int FAR_UNITS = (1 << 20) / PresenceMap.UNIT_BYTES;

  private final FetchQueue queue;
  private final Plan plan;
  private final ReentrantLock lock;
  private final long silenceNanos;
  private final Consumer<Fetch> hangs;
  private final Set<Fetch> running = new LinkedHashSet<>();

  /**
   * @param silenceNanos how long nothing may be heard of a fetch
   * @param hangs told of a fetch of which nothing was heard for longer; without the lock
   */
  Fetches(
      FetchQueue queue, Plan plan, ReentrantLock lock, long silenceNanos, Consumer<Fetch> hangs) {
    this.queue = queue;
    this.plan = plan;
    this.lock = lock;
    this.silenceNanos = silenceNanos;
    this.hangs = hangs;
  }

  /** Begins to look after a fetch. */
  void add(Fetch fetch) {
    running.add(fetch);
    watch(fetch, silenceNanos);
  }

  /** Looks after it no more; returns whether it did. */
  boolean remove(Fetch fetch) {
    boolean had = running.remove(fetch);
    if (fetch.watchdog != null) {
      fetch.watchdog.cancel();
    }
    return had;
  }

  List<Fetch> removeAll() {
    List<Fetch> all = List.copyOf(running);
    all.forEach(this::remove);
    return all;
  }

  /** Makes those that somebody needs as urgent as he is, or shorter. */
  void hurry(Want want) {
    for (Fetch fetch : running) {
      int unit = Math.max(want.from, fetch.unit());
      if (unit >= want.to || unit >= fetch.end()) {
        continue;
      }
      if (want.rank == FetchPriority.READ
          && unit - fetch.unit() > FAR_UNITS
          && fetch.rank() != FetchPriority.READ) {
        plan.release(unit, fetch.end());
        fetch.endBefore(unit);
      } else {
        queue.hurry(fetch, want.rank);
      }
    }
  }

  private void watch(Fetch fetch, long delayNanos) {
    fetch.watchdog = queue.timing().in(delayNanos, () -> look(fetch));
  }

  private void look(Fetch fetch) {
    lock.lock();
    try {
      if (!running.contains(fetch)) {
        return;
      }
      long left = silenceNanos - fetch.silentNanos();
      if (left > 0) {
        watch(fetch, left);
        return;
      }
    } finally {
      lock.unlock();
    }
    hangs.accept(fetch);
  }
}
