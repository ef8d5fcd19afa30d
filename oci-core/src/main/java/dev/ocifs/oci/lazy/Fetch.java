package dev.ocifs.oci.lazy;

import dev.ocifs.oci.source.RangeFetcher;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One request to the remote, run by a thread of its own: it hands each unit to its fetcher when the
 * last byte has arrived. Before it takes bytes it gives way to fetches that are more urgent.
 */
final class Fetch implements Runnable, RangeFetcher.Sink {
  private static final int UNIT = PresenceMap.UNIT_BYTES;

  /** Ends a request of which no more is wanted. */
  private static final class Enough extends IOException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super("no more is wanted of this request");
    }
  }

  private final UnitFetcher fetcher;
  private final FetchQueue queue;
  private final RangeFetcher remote;
  private final Timing timing;
  private final int from;

  /** The first unit that is not wanted; guarded by the fetcher's lock for writing. */
  private volatile int end;

  /** The unit that is arriving. */
  private volatile int unit;

  /** Guarded by the queue's lock. */
  private FetchPriority rank;

  private boolean held = true;

  /** Looks whether it hangs; guarded by the fetcher's lock. */
  Timing.@Nullable Alarm watchdog;

  private final byte[] bytes = new byte[UNIT];
  private int filled;
  private volatile boolean stopped;
  private volatile boolean taking;
  private volatile long heardNanos;
  private @Nullable Thread thread;
  private @Nullable IOException unkept;

  Fetch(
      UnitFetcher fetcher,
      FetchQueue queue,
      RangeFetcher remote,
      FetchPriority rank,
      Plan.Range range) {
    this.fetcher = fetcher;
    this.queue = queue;
    this.remote = remote;
    this.timing = queue.timing();
    this.rank = rank;
    from = range.from();
    unit = range.from();
    end = range.to();
    heardNanos = timing.nanoTime();
  }

  long bytes() {
    return fetcher.bytes(from, end);
  }

  int unit() {
    return unit;
  }

  int end() {
    return end;
  }

  /** Wants no more than the units before this one; the caller holds the fetcher's lock. */
  void endBefore(int unit) {
    end = unit;
  }

  FetchPriority rank() {
    return rank;
  }

  void rank(FetchPriority better) {
    rank = better;
  }

  /** Whether it has a place in the queue. */
  boolean isPlaced() {
    return held;
  }

  /** Gives up the place; returns whether it had one. */
  boolean giveUpPlace() {
    boolean had = held;
    held = false;
    return had;
  }

  boolean isStopped() {
    return stopped;
  }

  /** How long nothing was heard of the remote; 0 while this fetch itself keeps it waiting. */
  long silentNanos() {
    return taking ? 0 : timing.nanoTime() - heardNanos;
  }

  @Override
  public void run() {
    Throwable failure = null;
    try {
      synchronized (this) {
        if (stopped) {
          throw new Enough();
        }
        thread = Thread.currentThread();
      }
      remote.fetch((long) from * UNIT, bytes(), this);
    } catch (Throwable e) {
      failure = e;
    } finally {
      synchronized (this) {
        thread = null;
      }
    }
    try {
      if (unit >= end) {
        failure = null;
      } else if (failure == null) {
        failure = new IOException(remote + " has sent less than was asked for");
      }
      fetcher.ended(this, failure, unkept);
    } finally {
      queue.release(this);
    }
  }

  @Override
  public void accept(long pos, byte[] src, int off, int len) throws IOException {
    taking = true;
    try {
      queue.giveWay(this);
      take(pos, src, off, len);
    } finally {
      heardNanos = timing.nanoTime();
      taking = false;
    }
  }

  /** Excludes {@link #stop}: a thread that is interrupted while it writes closes the file. */
  private synchronized void take(long pos, byte[] src, int off, int len) throws IOException {
    if (pos != (long) unit * UNIT + filled) {
      throw new IOException(remote + " has sent other bytes than those asked for");
    }
    int done = 0;
    while (done < len) {
      if (stopped || unit >= end) {
        throw new Enough();
      }
      int length = (int) fetcher.bytes(unit, unit + 1);
      int n = Math.min(len - done, length - filled);
      System.arraycopy(src, off + done, bytes, filled, n);
      filled += n;
      done += n;
      fetcher.count(n);
      if (filled == length) {
        try {
          fetcher.keep(unit, bytes);
        } catch (IOException e) {
          unkept = e;
          throw e;
        }
        filled = 0;
        unit++;
      }
    }
  }

  /** Ends it soon: no byte is taken from now on. */
  synchronized void stop() {
    stopped = true;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
