package dev.ocifs.layerfs.batch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock that moves when the test says so. */
final class HandScheduler implements BatchScheduler {
  private record Due(long atNanos, Runnable task) {}

  private final List<Due> waiting = new ArrayList<>();
  private long nowNanos;

  @Override
  public void schedule(Runnable task, long delayNanos) {
    waiting.add(new Due(nowNanos + delayNanos, task));
  }

  /** Moves the clock and runs what has come due, in its order. */
  void advance(long nanos) {
    long until = nowNanos + nanos;
    while (true) {
      Due next =
          waiting.stream()
              .filter(due -> due.atNanos <= until)
              .min(Comparator.comparingLong(Due::atNanos))
              .orElse(null);
      if (next == null) {
        nowNanos = until;
        return;
      }
      waiting.remove(next);
      nowNanos = next.atNanos;
      next.task.run();
    }
  }
}
