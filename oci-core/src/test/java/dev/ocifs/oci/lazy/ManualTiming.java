package dev.ocifs.oci.lazy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A time that stands still until the test moves it. */
final class ManualTiming implements Timing {
  private record Entry(long due, Runnable task) {}

  private final List<Entry> entries = new ArrayList<>();
  private long now = 1_000_000;

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public synchronized Alarm in(long delayNanos, Runnable task) {
    Entry entry = new Entry(now + Math.max(0, delayNanos), task);
    entries.add(entry);
    notifyAll();
    return () -> {
      synchronized (this) {
        entries.remove(entry);
      }
    };
  }

  /** Moves on, and runs what is due on the way. */
  void advance(Duration by) {
    long end;
    synchronized (this) {
      end = now + by.toNanos();
    }
    while (true) {
      Runnable task;
      synchronized (this) {
        Optional<Entry> first = first(end);
        if (first.isEmpty()) {
          now = Math.max(now, end);
          return;
        }
        entries.remove(first.get());
        now = Math.max(now, first.get().due);
        task = first.get().task;
      }
      task.run();
    }
  }

  private Optional<Entry> first(long end) {
    return entries.stream()
        .filter(entry -> entry.due <= end)
        .min(Comparator.comparingLong(Entry::due));
  }

  /** Waits until an alarm is set that is due within this time, and moves to it. */
  void advanceToAlarmWithin(Duration most) throws InterruptedException {
    long by;
    synchronized (this) {
      while (first(now + most.toNanos()).isEmpty()) {
        wait();
      }
      by = Math.max(0, first(now + most.toNanos()).orElseThrow().due - now);
    }
    advance(Duration.ofNanos(by));
  }
}
