package dev.ocifs.oci.lazy;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The time, and its alarms, as everything that waits here sees it. Thread-safe. */
public interface Timing {

  /** The time of the machine. */
  Timing SYSTEM =
      new Timing() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public Alarm in(long delayNanos, Runnable task) {
          Future<?> alarm =
              ForkJoinPool.commonPool()
                  .schedule(task, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
          return () -> alarm.cancel(false);
        }
      };

  /** As {@link System#nanoTime}: only differences mean something. */
  long nanoTime();

  /**
   * Runs a task once, not before the delay is over, and never before this call has returned.
   *
   * @param task short, never waits
   */
  Alarm in(long delayNanos, Runnable task);

  /** A task that waits for its time. */
  @FunctionalInterface
  interface Alarm {
    /** Gives the task up, unless it has begun. */
    void cancel();
  }
}
