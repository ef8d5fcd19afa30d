package dev.ocifs.layerfs;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.ImageLayer;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Fetches what is missing of the image of one view, on a thread of its own, until all is there or
 * the view is closed. While a registry does not answer it tries again after pauses that double.
 */
final class BackgroundFetch implements Closeable {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");
  private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LAST_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String image;
  private final Work work;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ending = lock.newCondition();
  private volatile boolean closed;

  /** Fetches; may be called again after it has failed. */
  @FunctionalInterface
  interface Work {
    /**
     * Fetches what is missing.
     *
     * @param listener to be told of each step: throws {@link CancellationException} when there
     *     shall be no more
     */
    void run(PullListener listener) throws IOException;
  }

  private BackgroundFetch(String image, Work work) {
    this.image = image;
    this.work = work;
  }

  /**
   * Begins.
   *
   * @param image for messages
   */
  static BackgroundFetch start(String image, Work work) {
    BackgroundFetch fetch = new BackgroundFetch(image, work);
    Thread.ofPlatform().daemon().name("ocifs-fetch").factory().newThread(fetch::run).start();
    return fetch;
  }

  private void run() {
    long pause = FIRST_PAUSE_NANOS;
    while (!closed) {
      try {
        work.run(new Cancelling());
        return;
      } catch (CancellationException e) {
        return;
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        boolean passing = e instanceof OcifsException known && canBeMended(known.kind());
        if (!closed) {
          LOG.log(
              Level.WARNING,
              "fetching the rest of " + image + (passing ? " has to wait" : " ends"),
              e);
        }
        if (!passing) {
          return;
        }
        await(pause);
        pause = Math.min(2 * pause, LAST_PAUSE_NANOS);
      }
    }
  }

  /** Whether somebody else can make it work: bring the registry back, push again, let us in. */
  private static boolean canBeMended(OcifsException.Kind kind) {
    return switch (kind) {
      case REMOTE, NOT_FOUND, DENIED -> true;
      default -> false;
    };
  }

  private void await(long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (!closed && left > 0) {
        left = ending.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      closed = true; // nobody does so but the end of the process
    } finally {
      lock.unlock();
    }
  }

  private final class Cancelling implements PullListener {
    @Override
    public void progressed(ImageLayer layer, long bytes) {
      if (closed) {
        throw new CancellationException("the view is closed");
      }
    }

    @Override
    public void completed(ImageLayer layer) {}
  }

  /** Has it end soon, and does not wait for that: it may wait for a registry. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      ending.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
