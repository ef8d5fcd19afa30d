package dev.ocifs.oci.lazy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.RangeFetcher;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gets the units of one blob that are wanted and not here.
 *
 * <p>It has the {@link Plan} of what is wanted and being fetched, and the {@link Fetches} that are
 * under way. The queue of the host asks it to {@link #begin} one when there is a place; a {@link
 * Fetch} hands it each unit to {@link #keep}, and says when it has {@link #ended}. When that was a
 * failure the wants stay, and are offered to the queue again after the pause of {@link Faults}. A
 * fetch of which nothing is heard for the read timeout counts as failed.
 *
 * <p>Thread-safe. The lock guards the plan, its wants and the fetches; nothing that takes long or
 * calls the queue but {@link FetchQueue#hurry} is done while it is held.
 */
final class UnitFetcher implements FetchQueue.Source {
  private final Digest digest;
  private final RangeFetcher remote;
  private final FetchQueue queue;
  private final LazyOptions options;
  private final Timing timing;
  private final PartialBlob partial;
  private final Faults faults;
  private final Runnable allIsHere;

  private final ReentrantLock lock = new ReentrantLock();
  private final Plan plan;
  private final Fetches running;
  private volatile boolean closed;

  private final AtomicLong fetched = new AtomicLong();
  private final AtomicLong requests = new AtomicLong();

  /**
   * @param allIsHere told, by any thread and more than once, when all units are here and no pass
   *     goes over them; never waits
   */
  UnitFetcher(
      Digest digest,
      RangeFetcher remote,
      FetchQueue queue,
      LazyOptions options,
      PartialBlob partial,
      Faults faults,
      Runnable allIsHere) {
    this.digest = digest;
    this.remote = remote;
    this.queue = queue;
    this.options = options;
    this.timing = queue.timing();
    this.partial = partial;
    this.faults = faults;
    this.allIsHere = allIsHere;
    plan = new Plan(partial.map(), options);
    running = new Fetches(queue, plan, lock, timeoutNanos(), this::hangs);
  }

  /** Guards all {@link Want}s. */
  ReentrantLock lock() {
    return lock;
  }

  Timing timing() {
    return timing;
  }

  long timeoutNanos() {
    return options.readTimeout().toNanos();
  }

  long fetchedBytes() {
    return fetched.get();
  }

  long requests() {
    return requests.get();
  }

  /** Has units fetched for one who waits for them, and will {@link #forget} what it wants. */
  Want want(int from, int to, FetchPriority rank, boolean pieces) throws OcifsException {
    Want want;
    lock.lock();
    try {
      requireOpen();
      if (rank == FetchPriority.READ && !plan.hasWaiters(rank)) {
        faults.tryNow(timing.nanoTime()); // who comes anew does not wait for what failed before
      }
      want = new Want(from, to, rank, pieces, lock.newCondition(), timing.nanoTime());
      if (rank == FetchPriority.READ) {
        rouseIn(timeoutNanos(), want); // the time runs from now, also if its thread does not
      }
      add(want);
    } finally {
      lock.unlock();
    }
    queue.offer(this, rank);
    return want;
  }

  /** Has who waits look at the time after a while; the caller holds the lock. */
  void rouseIn(long delayNanos, Want want) {
    want.alarm = timing.in(delayNanos, () -> rouse(want));
  }

  private void rouse(Want want) {
    lock.lock();
    try {
      want.alarm = null;
      want.wake();
    } finally {
      lock.unlock();
    }
  }

  /** Has units fetched for which nobody waits yet. */
  void expect(int from, int to, FetchPriority rank) {
    lock.lock();
    try {
      if (closed || partial.map().firstMissing(from, to) == to) {
        return;
      }
      add(new Want(from, to, rank, false, null, timing.nanoTime()));
    } finally {
      lock.unlock();
    }
    queue.offer(this, rank);
  }

  /** Has units fetched that a pass over the blob, which is at this one now, will come to. */
  void runAhead(int unit, FetchPriority rank) {
    lock.lock();
    try {
      if (closed || !plan.runAhead(unit, rank, timing.nanoTime())) {
        return;
      }
    } finally {
      lock.unlock();
    }
    queue.offer(this, rank);
  }

  private void add(Want want) {
    plan.add(want);
    running.hurry(want);
  }

  /** Says that nobody waits for this any more. */
  void forget(Want want) {
    lock.lock();
    try {
      plan.remove(want);
      if (want.alarm != null) {
        want.alarm.cancel();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets what nobody waits for: a pass has come to its end. */
  void endPass() throws OcifsException {
    lock.lock();
    try {
      requireOpen();
      plan.dropExpectations();
    } finally {
      lock.unlock();
    }
  }

  /** Has units that are here and wrong fetched anew when they are read; returns whether it can. */
  boolean suspect(int from, int to) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      for (int unit = from; unit < to; unit++) {
        if (!plan.isClaimed(unit)) {
          partial.drop(unit);
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes are here; 0 when it is closed. */
  long presentBytes() {
    lock.lock();
    try {
      return closed ? 0 : partial.presentBytes();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable Fetch begin(FetchPriority rank, long maxBytes) {
    lock.lock();
    try {
      long now = timing.nanoTime();
      if (closed || !faults.mayTry(now)) {
        return null;
      }
      Plan.Range range = plan.claim(rank, maxBytes, now);
      if (range == null) {
        return null;
      }
      Fetch fetch = new Fetch(this, queue, remote, rank, range);
      running.add(fetch);
      requests.incrementAndGet();
      for (Want want : plan.waitingFor(range)) {
        queue.hurry(fetch, want.rank); // one more urgent, whose turn would have come next
      }
      return fetch;
    } finally {
      lock.unlock();
    }
  }

  private void hangs(Fetch fetch) {
    fetch.stop();
    ended(fetch, new IOException("the request hangs"), null);
    queue.release(fetch);
  }

  /** How many bytes the units in {@code [from, to)} have. */
  long bytes(int from, int to) {
    return partial.bytes(from, to);
  }

  /** Says that bytes have arrived. */
  void count(int bytes) {
    fetched.addAndGet(bytes);
  }

  /** Keeps a unit that a fetch has brought. */
  void keep(int unit, byte[] bytes) throws IOException {
    partial.put(unit, bytes);
    lock.lock();
    try {
      plan.arrived(unit);
      faults.clear();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Says that a fetch has ended, or that nobody expects anything of it.
   *
   * @param failure why not all of it came
   * @param unkept why what came could not be kept, if that was it
   */
  void ended(Fetch fetch, @Nullable Throwable failure, @Nullable IOException unkept) {
    lock.lock();
    try {
      if (!running.remove(fetch)) {
        return;
      }
      plan.release(fetch.unit(), fetch.end());
      if (unkept != null) {
        plan.all().forEach(want -> want.fail(unkept));
      }
      if (failure != null) {
        failed(failure);
      }
    } finally {
      lock.unlock();
    }
    offerAll(); // what was taken from it, or did not come, is free again
    tellWhenAllIsHere();
  }

  private void failed(Throwable failure) {
    long now = timing.nanoTime();
    long pause = faults.requestFailed(failure, now);
    plan.dropExpectations();
    for (Want want : plan.all()) {
      OcifsException hopeless = faults.hopeless(now);
      if (hopeless != null && want.rank != FetchPriority.READ) { // they may wait long for a turn
        want.fail(hopeless);
      }
    }
    Timing.Alarm ignored = timing.in(pause, this::offerAll);
  }

  /** Has the queue ask for what is wanted and not being fetched. */
  private void offerAll() {
    for (FetchPriority rank : FetchPriority.values()) {
      lock.lock();
      try {
        if (closed || !plan.hasWants(rank)) {
          continue;
        }
      } finally {
        lock.unlock();
      }
      queue.offer(this, rank);
    }
  }

  /** Looks whether nothing is missing. */
  void tellWhenAllIsHere() {
    lock.lock();
    try {
      if (closed || !partial.isWhole() || plan.isPassing()) {
        return;
      }
    } finally {
      lock.unlock();
    }
    allIsHere.run();
  }

  void requireOpen() throws OcifsException {
    if (closed) {
      throw new OcifsException(OcifsException.Kind.IO, this + " was closed");
    }
  }

  /** Ends all fetches and wakes whoever waits. No unit is kept once this has returned. */
  void close() {
    List<Fetch> ending;
    lock.lock();
    try {
      closed = true;
      ending = running.removeAll();
      plan.all().forEach(Want::wake);
    } finally {
      lock.unlock();
    }
    queue.forget(this);
    for (Fetch fetch : ending) {
      fetch.stop();
      queue.release(fetch);
    }
  }

  @Override
  public String toString() {
    return "blob " + digest + " of " + remote;
  }
}
