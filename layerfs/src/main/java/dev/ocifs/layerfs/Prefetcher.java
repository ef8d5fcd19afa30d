package dev.ocifs.layerfs;

import dev.ocifs.layerfs.profile.AccessTrace;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Decodes into the chunk cache what the last mounts of an image read first, on one thread, one span
 * at a time, and never while a read waits for content. Thread-safe.
 */
final class Prefetcher implements Closeable {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");

  /** Content of a view; equal to nothing but itself. */
  @FunctionalInterface
  interface Spans {
    /** Decodes a span into the cache and returns its length, 0 when there is no such span. */
    long decode(int layer, int span) throws IOException;
  }

  /** What to decode of one view, in order. */
  private record Job(Spans of, AccessTrace spans) {}

  private final long maxBytes;
  private final Queue<Job> jobs = new ArrayDeque<>();
  private @Nullable Thread worker;
  private @Nullable Job current;
  private int reading;
  private boolean closed;

  /**
   * @param maxBytes how much to decode for one view: what the cache can hold without pushing out
   *     all else
   */
  Prefetcher(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Begins with these spans when what was asked for before is done. */
  synchronized void prefetch(Spans of, AccessTrace spans) {
    if (closed || spans.size() == 0) {
      return;
    }
    jobs.add(new Job(of, spans));
    if (worker == null) {
      worker = Thread.ofPlatform().daemon().name("ocifs-prefetch").start(this::work);
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

  /** Forgets what is left to do for a view and waits for what is under way. */
  synchronized void forget(Spans of) {
    jobs.removeIf(job -> job.of.equals(of));
    notifyAll();
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
      for (Job job = next(); job != null; job = next()) {
        long bytes = 0;
        for (int i = 0; i < job.spans.size() && bytes < maxBytes; i++) {
          if (!begin(job)) {
            break;
          }
          try {
            bytes += decode(job, i);
          } finally {
            end();
          }
        }
        finish(job);
      }
    } catch (InterruptedException e) {
      // nobody interrupts it but the end of the process
    }
  }

  private synchronized @Nullable Job next() throws InterruptedException {
    while (jobs.isEmpty()) {
      if (closed) {
        return null;
      }
      wait();
    }
    return jobs.peek();
  }

  /** Waits until no read waits; whether the job is still wanted then. */
  private synchronized boolean begin(Job job) throws InterruptedException {
    while (reading > 0 && job.equals(jobs.peek())) {
      wait();
    }
    if (!job.equals(jobs.peek())) {
      return false;
    }
    current = job;
    return true;
  }

  private synchronized void finish(Job job) {
    jobs.remove(job);
  }

  private synchronized void end() {
    current = null;
    notifyAll();
  }

  private static long decode(Job job, int i) {
    try {
      return job.of.decode(job.spans.layer(i), job.spans.span(i));
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // The reads themselves will tell; the views that come after want the thread.
      LOG.log(Level.DEBUG, "cannot decode ahead", e);
      return 0;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    jobs.clear();
    notifyAll();
  }
}
