package dev.ocifs.layerfs;

import dev.ocifs.layerfs.profile.AccessTrace;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Decodes spans into the chunk cache before they are asked for, on one thread and never while a
 * read waits for content: first those that come next where a layer is read in order, then those
 * that the last mounts of an image read first. Thread-safe.
 */
final class Prefetcher implements Closeable {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");

  /** What comes next for this many readers; who asks beyond that pushes the oldest out. */
  private static final int MAX_NEXT = 8;

  /** How long the thread waits for more before it ends. */
  private static final long IDLE_NANOS = 2_000_000_000;

  /** Content of a view; equal to nothing but itself. */
  @FunctionalInterface
  interface Spans {
    /** Decodes a span into the cache and returns its length, 0 when there is no such span. */
    long decode(int layer, int span) throws IOException;
  }

  /** One span to decode. */
  private record Step(Spans of, int layer, int span) {}

  /** What to decode of one view, in order. */
  private static final class Job {
    final Spans of;
    final AccessTrace spans;
    int begun;
    long bytes;

    Job(Spans of, AccessTrace spans) {
      this.of = of;
      this.spans = spans;
    }
  }

  private final long maxBytes;
  private final ThreadFactory threads;
  private final long idleNanos;
  private final Deque<Step> next = new ArrayDeque<>();
  private final Deque<Job> jobs = new ArrayDeque<>();
  private @Nullable Thread worker;
  private @Nullable Step current;
  private int reading;
  private boolean closed;

  /**
   * @param maxBytes how much to decode for one view: what the cache can hold without pushing out
   *     all else
   */
  Prefetcher(long maxBytes) {
    this(maxBytes, Thread.ofPlatform().daemon().name("ocifs-prefetch").factory(), IDLE_NANOS);
  }

  /**
   * @param threads makes the thread, each time one is needed
   * @param idleNanos how long the thread waits for more before it ends
   */
  Prefetcher(long maxBytes, ThreadFactory threads, long idleNanos) {
    this.maxBytes = maxBytes;
    this.threads = threads;
    this.idleNanos = idleNanos;
  }

  /** Begins with these spans when what was asked for before is done. */
  synchronized void prefetch(Spans of, AccessTrace spans) {
    if (!closed && spans.size() > 0) {
      jobs.add(new Job(of, spans));
      wake();
    }
  }

  /** Decodes this span before all that {@link #prefetch} asked for. */
  synchronized void readAhead(Spans of, int layer, int span) {
    if (!closed) {
      if (next.size() == MAX_NEXT) {
        next.remove();
      }
      next.add(new Step(of, layer, span));
      wake();
    }
  }

  private void wake() {
    if (worker == null) {
      try {
        Thread thread = threads.newThread(this::work);
        thread.start();
        worker = thread;
      } catch (OutOfMemoryError e) {
        // No read fails for that. What is due stays so until a thread can be had.
        LOG.log(Level.DEBUG, "cannot start to decode ahead", e);
      }
    }
    notifyAll();
  }

  /** A read waits for content from now on. */
  synchronized void readBegins() {
    reading++;
  }

  /** It has it. */
  synchronized void readEnds() {
    if (--reading == 0) {
      notifyAll();
    }
  }

  /** Returns when no read waits for content, or some have for so long. */
  synchronized void awaitQuiet(long millis) {
    long until = System.nanoTime() + millis * 1_000_000;
    try {
      for (long left = millis; reading > 0 && left > 0; ) {
        wait(left);
        left = (until - System.nanoTime()) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Forgets what is left to do for a view and waits for what is under way. */
  synchronized void forget(Spans of) {
    next.removeIf(step -> step.of.equals(of));
    jobs.removeIf(job -> job.of.equals(of));
    boolean interrupted = false;
    while (current != null && current.of.equals(of)) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // a span takes some milliseconds
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    try {
      while (workOnce()) {
        // its own method, so that a thread that waits holds on to no view
      }
    } catch (InterruptedException e) {
      // nobody interrupts it but the end of the process
    }
  }

  private boolean workOnce() throws InterruptedException {
    Step step = begin();
    if (step == null) {
      return false;
    }
    long bytes = 0;
    try {
      bytes = decode(step);
    } finally {
      end(step, bytes);
    }
    return true;
  }

  /** Waits until there is something to do and no read waits; null when the thread shall end. */
  private synchronized @Nullable Step begin() throws InterruptedException {
    long idleUntil = System.nanoTime() + idleNanos;
    while (!closed) {
      if (reading == 0) {
        Step step = next.isEmpty() ? ofJobs() : next.remove();
        if (step != null) {
          current = step;
          return step;
        }
      }
      if (!next.isEmpty() || !jobs.isEmpty()) {
        wait(); // a read waits
      } else {
        long left = (idleUntil - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          break;
        }
        wait(left);
      }
    }
    worker = null;
    return null;
  }

  private @Nullable Step ofJobs() {
    while (!jobs.isEmpty()) {
      Job job = jobs.element();
      if (job.begun < job.spans.size() && job.bytes < maxBytes) {
        int i = job.begun++;
        return new Step(job.of, job.spans.layer(i), job.spans.span(i));
      }
      jobs.remove();
    }
    return null;
  }

  private synchronized void end(Step step, long bytes) {
    current = null;
    Job job = jobs.peek();
    if (job != null && job.of.equals(step.of)) {
      job.bytes += bytes;
    }
    notifyAll();
  }

  private static long decode(Step step) {
    try {
      return step.of.decode(step.layer, step.span);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // The reads themselves will tell; the views that come after want the thread.
      LOG.log(Level.DEBUG, "cannot decode ahead", e);
      return 0;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    next.clear();
    jobs.clear();
    notifyAll();
  }
}
