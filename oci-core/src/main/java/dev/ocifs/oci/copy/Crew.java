package dev.ocifs.oci.copy;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads that work through a list together until all is done or one has failed. Nobody is
 * interrupted, which would close files that others read: whoever works asks whether to stop.
 */
final class Crew<T> {
  private final Queue<T> left;
  private final Work<T> work;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** What is done with each element. */
  @FunctionalInterface
  interface Work<T> {
    /**
     * Does it.
     *
     * @param stopped whether it is in vain by now
     */
    void run(T element, BooleanSupplier stopped) throws IOException;
  }

  private Crew(List<T> all, Work<T> work) {
    this.left = new ConcurrentLinkedQueue<>(all);
    this.work = work;
  }

  /**
   * Works through a list in its order.
   *
   * @param threads how many at once
   * @throws IOException the first failure; the work of the other threads is over by then
   */
  static <T> void run(List<T> all, int threads, Work<T> work) throws IOException {
    Crew<T> crew = new Crew<>(all, work);
    List<Thread> others = new ArrayList<>();
    for (int i = 1; i < Math.min(threads, all.size()); i++) {
      others.add(Thread.ofPlatform().daemon().name("ocifs-copy-", i).start(crew::workOn));
    }
    crew.workOn();
    others.forEach(crew::await);
    crew.rethrow();
  }

  private void workOn() {
    for (T next = left.poll(); next != null && !isStopped(); next = left.poll()) {
      try {
        work.run(next, this::isStopped);
      } catch (IOException | RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      }
    }
  }

  private boolean isStopped() {
    return failure.get() != null;
  }

  /** Waits whatever happens: the thread may use what the caller is about to close. */
  private void await(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
        failure.compareAndSet(
            null, new OcifsException(OcifsException.Kind.IO, "interrupted while copying", e));
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void rethrow() throws IOException {
    Throwable e = failure.get();
    if (e instanceof IOException io) {
      throw io;
    }
    if (e instanceof RuntimeException runtime) {
      throw runtime;
    }
    if (e instanceof Error error) {
      throw error;
    }
  }
}
