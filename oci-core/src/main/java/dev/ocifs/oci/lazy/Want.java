package dev.ocifs.oci.lazy;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** A range of units that somebody wants. Guarded by the lock of its fetcher. */
final class Want {
  final int from;
  final int to;
  final FetchPriority rank;

  /** Whether it is fetched in pieces of a fixed size, because all of the blob will be wanted. */
  final boolean pieces;

  /** Who waits for it; null when it is only expected to be read. */
  final @Nullable Condition waiter;

  /** Units before this one are here. */
  int frontier;

  /** When it last came nearer to being met. */
  long progressNanos;

  /** Why it will not be met. */
  @Nullable IOException failure;

  /** Rouses the waiter when it has waited too long. */
  Timing.@Nullable Alarm alarm;

  Want(
      int from,
      int to,
      FetchPriority rank,
      boolean pieces,
      @Nullable Condition waiter,
      long nowNanos) {
    this.from = from;
    this.to = to;
    this.rank = rank;
    this.pieces = pieces;
    this.waiter = waiter;
    this.frontier = from;
    this.progressNanos = nowNanos;
  }

  boolean isMet(PresenceMap map, long nowNanos) {
    int missing = map.firstMissing(frontier, to);
    if (missing > frontier) {
      frontier = missing;
      progressNanos = nowNanos;
    }
    return frontier == to;
  }

  boolean has(int unit) {
    return from <= unit && unit < to;
  }

  void fail(IOException why) {
    failure = why;
    wake();
  }

  void wake() {
    if (waiter != null) {
      waiter.signalAll();
    }
  }
}
