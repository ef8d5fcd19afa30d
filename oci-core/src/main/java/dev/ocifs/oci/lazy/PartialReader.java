package dev.ocifs.oci.lazy;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.function.LongConsumer;

/**
 * Reads a blob that is partly here, and waits for the units that are not. What is here is read
 * without a lock. A read that got no unit it needs within the read timeout fails; whoever fetches a
 * whole blob in the background is not timed here, but failed by the fetcher. Thread-safe.
 */
final class PartialReader {
  private static final int UNIT = PresenceMap.UNIT_BYTES;

  private final PartialBlob partial;
  private final UnitFetcher fetcher;
  private final Faults faults;

  PartialReader(PartialBlob partial, UnitFetcher fetcher, Faults faults) {
    this.partial = partial;
    this.fetcher = fetcher;
    this.faults = faults;
  }

  /**
   * Fills {@code dst[off, off + len)}, of one byte or more.
   *
   * @param pieces whether what is missing is fetched in pieces of a fixed size
   */
  void read(long pos, byte[] dst, int off, int len, FetchPriority rank, boolean pieces)
      throws IOException {
    int from = (int) (pos / UNIT);
    int to = PresenceMap.units(pos + len);
    try {
      while (partial.map().firstMissing(from, to) < to) {
        await(from, to, rank, pieces, () -> {});
      }
      partial.read(pos, dst, off, len);
    } catch (IllegalStateException e) {
      fetcher.requireOpen(); // the map goes when it is closed
      throw e;
    }
  }

  /**
   * Has all that is missing fetched in the background, and waits for it.
   *
   * @param progress told how many more bytes of the blob are here
   */
  void awaitAll(LongConsumer progress) throws IOException {
    try {
      Progress told = new Progress(partial, progress);
      await(0, partial.map().units(), FetchPriority.BACKGROUND, true, told);
    } catch (IllegalStateException e) {
      fetcher.requireOpen();
      throw e;
    }
  }

  /** Tells by how much what is here has grown. */
  private static final class Progress implements Runnable {
    private final PartialBlob partial;
    private final LongConsumer progress;
    private long told;

    Progress(PartialBlob partial, LongConsumer progress) {
      this.partial = partial;
      this.progress = progress;
      told = partial.presentBytes();
    }

    @Override
    public void run() {
      long now = partial.presentBytes();
      progress.accept(Math.max(0, now - told));
      told = Math.max(now, told);
    }
  }

  /** Waits until all of {@code [from, to)} is here; runs something each time that some has come. */
  private void await(int from, int to, FetchPriority rank, boolean pieces, Runnable each)
      throws IOException {
    Want want = fetcher.want(from, to, rank, pieces);
    try {
      boolean met = false;
      while (!met) {
        met = await(want);
        each.run();
      }
    } finally {
      fetcher.forget(want);
    }
  }

  /** Waits until something has come of what is wanted; returns whether all of it has. */
  @SuppressWarnings("WaitNotInLoop") // the caller has the loop
  private boolean await(Want want) throws IOException {
    Timing timing = fetcher.timing();
    fetcher.lock().lock();
    try {
      fetcher.requireOpen();
      if (want.isMet(partial.map(), timing.nanoTime())) {
        return true;
      }
      if (want.failure != null) {
        throw want.failure;
      }
      if (want.rank == FetchPriority.READ) {
        long left = fetcher.timeoutNanos() - (timing.nanoTime() - want.progressNanos);
        if (left <= 0) {
          throw faults.timedOut();
        }
        if (want.alarm == null) {
          fetcher.rouseIn(left, want);
        }
      }
      if (want.waiter != null) {
        want.waiter.await();
      }
      fetcher.requireOpen();
      return want.isMet(partial.map(), timing.nanoTime());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OcifsException(
          OcifsException.Kind.IO, "interrupted while waiting for bytes of " + fetcher, e);
    } finally {
      fetcher.lock().unlock();
    }
  }
}
