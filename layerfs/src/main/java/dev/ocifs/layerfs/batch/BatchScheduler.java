package dev.ocifs.layerfs.batch;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The clock and the thread of a {@link BatchProcessor}, as one function, so that a test can turn
 * the hands itself.
 */
@FunctionalInterface
public interface BatchScheduler {

  /** Runs the task once, {@code delayNanos} from now, on a thread other than the caller's. */
  void schedule(Runnable task, long delayNanos);

  /** Ends the thread; tasks that wait are forgotten. */
  default void shutdown() {}

  /** A daemon thread of this name, which starts with the first task. */
  static BatchScheduler daemon(String threadName) {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().daemon().name(threadName).unstarted(task));
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return new BatchScheduler() {
      @Override
      @SuppressWarnings("FutureReturnValueIgnored") // tasks log their failures themselves
      public void schedule(Runnable task, long delayNanos) {
        try {
          executor.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
          // Shut down by close(), which hands over what waits itself.
          if (!executor.isShutdown()) {
            throw e;
          }
        }
      }

      @Override
      public void shutdown() {
        executor.shutdown();
      }
    };
  }
}
