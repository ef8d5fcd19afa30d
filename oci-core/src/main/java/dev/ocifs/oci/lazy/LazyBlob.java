package dev.ocifs.oci.lazy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.FileBlob;
import dev.ocifs.oci.source.RangeFetcher;
import dev.ocifs.oci.source.Ranges;
import dev.ocifs.oci.source.RemoteState;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A blob of a registry whose bytes are fetched when they are read, and stay.
 *
 * <p>A read looks at the map of what is here ({@link PresenceMap}); if that has all of it, the read
 * takes no lock. Else it says what it wants ({@link Want}) and waits for just those units. The
 * {@link Plan} merges wants into ranges that nobody fetches yet, the {@link FetchQueue} of the host
 * decides when one is fetched, and a {@link Fetch} hands over each unit of 64 KiB as it arrives.
 *
 * <p>When a fetch fails the wants stay, and are tried again after a pause that doubles. A read that
 * got no byte it needs within the read timeout fails; what is here goes on being served, and the
 * next read tries anew at once. Who is no reader does not wait where the remote has said what will
 * not pass: that it has no such blob, or another one. Nothing that waits holds a fetch: an
 * interrupted reader leaves those of others alone.
 *
 * <p>When all units are here, whoever brought the last one has the whole blob compared with its
 * digest and moved to the blobs of the store; during a pass over the blob that is left to the pass
 * ({@link #verified}), or to {@link #complete}. From then on this is a file, also after a restart,
 * and the remote is never asked. Until then nothing is verified here: {@link #trusted} says so.
 *
 * <p>Thread-safe. Memory depends on neither the blob nor the readers but for 64 KiB a request.
 */
public final class LazyBlob implements BlobSource, FetchQueue.Source {
  private static final int UNIT = PresenceMap.UNIT_BYTES;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int MOST_DOUBLINGS = 4;

  /** A fetch whose next byte is farther than this from what a reader needs loses its end to it. */
  private static final int FAR_UNITS = (1 << 20) / UNIT;

  private final Store store;
  private final Digest digest;
  private final long size;
  private final RangeFetcher remote;
  private final FetchQueue queue;
  private final LazyOptions options;
  private final Timing timing;

  /** What is here; null when the store had all of it at the beginning. */
  private final @Nullable PartialBlob partial;

  private final ReentrantLock lock = new ReentrantLock();
  private final @Nullable Plan plan;
  private final Set<Fetch> running = new LinkedHashSet<>();
  private int failures;
  private long failingNanos;
  private long retryNanos;
  private @Nullable Throwable fault;
  private volatile boolean closed;

  /** Held while the whole blob is verified; taken before {@link #lock}. */
  private final ReentrantLock finishing = new ReentrantLock();

  /** What the last verification failed of, and how many did; guarded by {@link #finishing}. */
  private @Nullable IOException verdict;

  private int verdicts;

  private volatile @Nullable FileBlob whole;
  private final AtomicLong served = new AtomicLong();
  private final AtomicLong fetched = new AtomicLong();
  private final AtomicLong requests = new AtomicLong();

  private LazyBlob(
      Store store,
      Digest digest,
      long size,
      RangeFetcher remote,
      FetchQueue queue,
      LazyOptions options,
      @Nullable PartialBlob partial,
      @Nullable FileBlob whole) {
    this.store = store;
    this.digest = digest;
    this.size = size;
    this.remote = remote;
    this.queue = queue;
    this.options = options;
    this.timing = queue.timing();
    this.partial = partial;
    this.whole = whole;
    plan = partial == null ? null : new Plan(partial.map(), options);
  }

  /**
   * Opens a blob; nothing is fetched yet. The caller closes it.
   *
   * @param size what the descriptor of the blob says
   * @param remote where what is not here comes from; never called when the store has the blob
   * @param queue the requests to the host of the remote
   * @throws OcifsException {@code STORE} when the store cannot be written, {@code LIMIT} when the
   *     blob is longer than files are
   */
  public static LazyBlob open(
      Store store,
      Digest digest,
      long size,
      RangeFetcher remote,
      FetchQueue queue,
      LazyOptions options)
      throws IOException {
    PartialBlob partial = PartialBlob.open(store, digest, size);
    FileBlob whole = partial == null ? FileBlob.open(store.blob(digest)) : null;
    LazyBlob blob = new LazyBlob(store, digest, size, remote, queue, options, partial, whole);
    blob.finishWhenWhole();
    return blob;
  }

  @Override
  public long size() {
    return size;
  }

  /** The digest of the whole blob. */
  public Digest digest() {
    return digest;
  }

  long bytes(int from, int to) {
    return Math.min(size, (long) to * UNIT) - (long) from * UNIT;
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
    Ranges.check(this, size, pos, len);
    FileBlob all = whole;
    if (all != null) {
      all.readFully(pos, dst, off, len);
    } else if (len > 0) {
      read(pos, dst, off, len, FetchPriority.current(), false);
    }
    served.addAndGet(len);
  }

  /**
   * As {@link #readFully}, and fetches far ahead, with several large requests at once in the order
   * of their positions. Gives way to reads.
   */
  @Override
  public void readOnce(long pos, byte[] dst, int off, int len) throws IOException {
    Ranges.check(this, size, pos, len);
    FileBlob all = whole;
    if (all != null) {
      all.readOnce(pos, dst, off, len);
    } else if (len > 0) {
      FetchPriority rank = FetchPriority.current().atMost(FetchPriority.PREFETCH);
      runAhead((int) (pos / UNIT), rank);
      read(pos, dst, off, len, rank, true);
    }
    served.addAndGet(len);
  }

  private void read(long pos, byte[] dst, int off, int len, FetchPriority rank, boolean pieces)
      throws IOException {
    PartialBlob here = partial();
    int from = (int) (pos / UNIT);
    int to = PresenceMap.units(pos + len);
    try {
      while (here.map().firstMissing(from, to) < to) {
        await(from, to, rank, pieces, null);
      }
      here.read(pos, dst, off, len);
    } catch (IllegalStateException e) {
      requireOpen(); // the map goes when it is closed
      throw e;
    }
  }

  private PartialBlob partial() {
    if (partial == null) {
      throw new IllegalStateException("the blob is whole");
    }
    return partial;
  }

  private Plan plan() {
    if (plan == null) {
      throw new IllegalStateException("the blob is whole");
    }
    return plan;
  }

  @Override
  public void expect(long pos, long len) {
    if (whole != null || pos < 0 || len <= 0 || pos > size - len) {
      return;
    }
    FetchPriority rank = FetchPriority.current();
    int from = (int) (pos / UNIT);
    int to = PresenceMap.units(pos + len);
    lock.lock();
    try {
      if (closed || partial().map().firstMissing(from, to) == to) {
        return;
      }
      Want want = new Want(from, to, rank, false, null, timing.nanoTime());
      plan().add(want);
      hurry(want);
    } finally {
      lock.unlock();
    }
    queue.offer(this, rank);
  }

  private void runAhead(int unit, FetchPriority rank) {
    lock.lock();
    try {
      if (closed || !plan().runAhead(unit, rank, timing.nanoTime())) {
        return;
      }
    } finally {
      lock.unlock();
    }
    queue.offer(this, rank);
  }

  /**
   * Waits until all of {@code [from, to)} is here.
   *
   * @param progress told how many more bytes of the blob are here
   */
  private void await(
      int from, int to, FetchPriority rank, boolean pieces, @Nullable LongConsumer progress)
      throws IOException {
    Want want;
    long told = progress == null ? 0 : partial().presentBytes();
    lock.lock();
    try {
      requireOpen();
      if (rank == FetchPriority.READ && !plan().hasWaiters(rank)) {
        retryNanos = timing.nanoTime(); // who comes anew does not wait for what failed before
      }
      want = new Want(from, to, rank, pieces, lock.newCondition(), timing.nanoTime());
      plan().add(want);
      hurry(want);
    } finally {
      lock.unlock();
    }
    try {
      queue.offer(this, rank);
      boolean met = false;
      while (!met) {
        met = await(want);
        if (progress != null) {
          long now = partial().presentBytes();
          progress.accept(Math.max(0, now - told));
          told = Math.max(now, told);
        }
      }
    } finally {
      lock.lock();
      try {
        plan().remove(want);
        if (want.alarm != null) {
          want.alarm.cancel();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits until something has come of what is wanted; returns whether all of it has. */
  @SuppressWarnings("WaitNotInLoop") // the caller has the loop
  private boolean await(Want want) throws IOException {
    lock.lock();
    try {
      requireOpen();
      if (want.isMet(partial().map(), timing.nanoTime())) {
        return true;
      }
      if (want.failure != null) {
        throw want.failure;
      }
      if (want.rank == FetchPriority.READ) {
        long left = timeoutNanos() - (timing.nanoTime() - want.progressNanos);
        if (left <= 0) {
          throw timedOut(fault);
        }
        if (want.alarm == null) {
          want.alarm = timing.in(left, () -> rouse(want));
        }
      }
      if (want.waiter != null) {
        want.waiter.await();
      }
      requireOpen();
      return want.isMet(partial().map(), timing.nanoTime());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OcifsException(
          OcifsException.Kind.IO, "interrupted while waiting for bytes of " + this, e);
    } finally {
      lock.unlock();
    }
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

  private long timeoutNanos() {
    return options.readTimeout().toNanos();
  }

  private OcifsException timedOut(@Nullable Throwable cause) {
    String why = cause == null ? "no answer" : reason(cause);
    return new OcifsException(
            OcifsException.Kind.REMOTE,
            "nothing came from "
                + remote
                + " for "
                + options.readTimeout().toSeconds()
                + " s: "
                + why,
            cause)
        .layer(digest)
        .hint("what is here goes on being served; read again when the registry answers");
  }

  private static String reason(Throwable cause) {
    if (cause instanceof OcifsException known) {
      return known.what();
    }
    String message = cause.getMessage();
    return cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }

  /** Makes fetches that are under way and that the want needs as urgent as it is, or shorter. */
  private void hurry(Want want) {
    for (Fetch fetch : running) {
      int unit = Math.max(want.from, fetch.unit());
      if (unit >= want.to || unit >= fetch.end()) {
        continue;
      }
      if (want.rank == FetchPriority.READ
          && unit - fetch.unit() > FAR_UNITS
          && fetch.rank() != FetchPriority.READ) {
        plan().release(unit, fetch.end());
        fetch.endBefore(unit);
      } else {
        queue.hurry(fetch, want.rank);
      }
    }
  }

  @Override
  public @Nullable Fetch begin(FetchPriority rank, long maxBytes) {
    lock.lock();
    try {
      long now = timing.nanoTime();
      if (closed || (failures > 0 && now - retryNanos < 0)) {
        return null;
      }
      Plan.Range range = plan().claim(rank, maxBytes, now);
      if (range == null) {
        return null;
      }
      Fetch fetch = new Fetch(this, queue, remote, rank, range);
      running.add(fetch);
      requests.incrementAndGet();
      for (Want want : plan().waitingFor(range)) {
        queue.hurry(fetch, want.rank); // one more urgent, whose turn would have come next
      }
      watch(fetch, timeoutNanos());
      return fetch;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a fetch up of which nothing is heard for the read timeout. */
  private void watch(Fetch fetch, long delayNanos) {
    fetch.watchdog =
        timing.in(
            delayNanos,
            () -> {
              boolean hangs = false;
              lock.lock();
              try {
                if (running.contains(fetch)) {
                  long left = timeoutNanos() - fetch.silentNanos();
                  hangs = left <= 0;
                  if (!hangs) {
                    watch(fetch, left);
                  }
                }
              } finally {
                lock.unlock();
              }
              if (hangs) {
                fetch.stop();
                ended(fetch, new IOException("the request hangs"), null);
                queue.release(fetch);
              }
            });
  }

  void count(int bytes) {
    fetched.addAndGet(bytes);
  }

  /** Keeps a unit that a fetch has brought. */
  void keep(int unit, byte[] bytes) throws IOException {
    partial().put(unit, bytes);
    lock.lock();
    try {
      plan().arrived(unit);
      failures = 0;
      fault = null;
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
      if (fetch.watchdog != null) {
        fetch.watchdog.cancel();
      }
      plan().release(fetch.unit(), fetch.end());
      if (unkept != null) {
        plan().all().forEach(want -> fail(want, unkept));
      }
      if (failure != null) {
        failed(failure);
      }
    } finally {
      lock.unlock();
    }
    offerAll(); // what was taken from it, or did not come, is free again
    finishWhenWhole();
  }

  private void failed(Throwable failure) {
    long now = timing.nanoTime();
    if (failures == 0) {
      failingNanos = now;
    }
    long pause = FIRST_PAUSE_NANOS << Math.min(MOST_DOUBLINGS, failures);
    failures++;
    fault = failure;
    retryNanos = now + pause;
    plan().dropExpectations();
    boolean last = isLasting(failure);
    if (last || now - failingNanos >= timeoutNanos()) {
      for (Want want : plan().all()) {
        if (want.rank != FetchPriority.READ) { // they may wait long for their turn
          fail(want, last ? ((OcifsException) failure).again().layer(digest) : timedOut(failure));
        }
      }
    }
    Timing.Alarm ignored = timing.in(pause, this::offerAll);
  }

  /** Whether the remote has said what it will say again: only reads wait for a change of that. */
  private static boolean isLasting(Throwable failure) {
    return failure instanceof OcifsException known
        && switch (known.kind()) {
          case NOT_FOUND, MISMATCH, DENIED, UNSUPPORTED, USAGE -> true;
          default -> false;
        };
  }

  private static void fail(Want want, IOException failure) {
    want.failure = failure;
    want.wake();
  }

  /** Has the queue ask for what is wanted and not being fetched. */
  private void offerAll() {
    for (FetchPriority rank : FetchPriority.values()) {
      lock.lock();
      try {
        if (closed || !plan().hasWants(rank)) {
          continue;
        }
      } finally {
        lock.unlock();
      }
      queue.offer(this, rank);
    }
  }

  /**
   * Fetches all that is missing, in the background, and has the whole verified and kept. Returns
   * when the blob is complete.
   *
   * @param progress told how many more bytes are here
   * @throws OcifsException {@code REMOTE} when all attempts of the read timeout fail, {@code
   *     NOT_FOUND} or {@code DENIED} as soon as the remote says so, {@code MISMATCH} when the bytes
   *     are not those of the digest, {@code STORE} when they cannot be kept; it may be called again
   */
  public void complete(LongConsumer progress) throws IOException {
    int before = verdicts(-1);
    while (whole == null) {
      try {
        if (!finish()) {
          int ignored = verdicts(before);
          await(0, partial().map().units(), FetchPriority.BACKGROUND, true, progress);
        }
      } catch (IllegalStateException e) {
        requireOpen();
        throw e;
      }
    }
  }

  /** How many verifications have failed; throws the last one's failure when it is a new one. */
  private int verdicts(int known) throws IOException {
    finishing.lock();
    try {
      if (known >= 0 && verdicts > known && verdict != null) {
        throw verdict;
      }
      return verdicts;
    } finally {
      finishing.unlock();
    }
  }

  /** Keeps the blob without reading it again. */
  @Override
  public void verified() throws IOException {
    if (whole == null) {
      lock.lock();
      try {
        requireOpen();
        partial().verified();
        plan().dropExpectations();
      } finally {
        lock.unlock();
      }
      boolean ignored = finish();
    }
  }

  private void finishWhenWhole() {
    boolean all;
    lock.lock();
    try {
      all = !closed && partial != null && partial.isWhole() && !plan().isPassing();
    } finally {
      lock.unlock();
    }
    if (all) {
      Thread ignored = Thread.ofVirtual().name("ocifs-finish").start(this::finishQuietly);
    }
  }

  private void finishQuietly() {
    try {
      boolean ignored = finish();
    } catch (IOException e) {
      // It is the fault of the blob's state, and that of whoever waits for completion.
    }
  }

  /** Verifies the blob if all of it is here; returns whether it is complete. */
  private boolean finish() throws IOException {
    finishing.lock();
    try {
      if (whole != null) {
        return true;
      }
      lock.lock();
      try {
        requireOpen();
      } finally {
        lock.unlock();
      }
      if (!partial().isWhole() || !partial().finish()) {
        return false;
      }
      whole = FileBlob.open(store.blob(digest));
      return true;
    } catch (IOException e) {
      verdict = e;
      verdicts++;
      lock.lock();
      try {
        fault = e;
      } finally {
        lock.unlock();
      }
      throw e;
    } finally {
      finishing.unlock();
    }
  }

  @Override
  public boolean suspect(long pos, long len) {
    if (whole != null || pos < 0 || len <= 0 || pos > size - len) {
      return false;
    }
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      for (int unit = (int) (pos / UNIT); unit < PresenceMap.units(pos + len); unit++) {
        if (!plan().isClaimed(unit)) {
          partial().drop(unit);
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the whole was compared with its digest. */
  @Override
  public boolean trusted() {
    return whole != null;
  }

  /** The store's file, when the blob is complete. */
  @Override
  public Optional<Path> wholeFile() {
    FileBlob all = whole;
    return all == null ? Optional.empty() : all.wholeFile();
  }

  /** What is here, and what it took. */
  public RemoteState state() {
    lock.lock();
    try {
      boolean complete = whole != null;
      long present = complete ? size : closed ? 0 : partial().presentBytes();
      return new RemoteState(
          size,
          present,
          fetched.get(),
          served.get(),
          requests.get(),
          complete,
          Optional.ofNullable(fault).map(LazyBlob::reason));
    } finally {
      lock.unlock();
    }
  }

  private void requireOpen() throws OcifsException {
    if (closed) {
      throw new OcifsException(OcifsException.Kind.IO, this + " was closed");
    }
  }

  /** Ends all fetches and wakes whoever waits; what is here stays. */
  @Override
  public void close() throws IOException {
    List<Fetch> ending;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      ending = new ArrayList<>(running);
      running.clear();
      for (Fetch fetch : ending) {
        if (fetch.watchdog != null) {
          fetch.watchdog.cancel();
        }
      }
      if (plan != null) {
        plan.all().forEach(Want::wake);
      }
    } finally {
      lock.unlock();
    }
    queue.forget(this);
    for (Fetch fetch : ending) {
      fetch.stop();
      queue.release(fetch);
    }
    closeFiles();
  }

  private void closeFiles() throws IOException {
    try {
      if (partial != null) {
        partial.closeFile(); // ends a verification that is under way
      }
    } finally {
      finishing.lock();
      try {
        if (partial != null) {
          partial.close();
        }
      } finally {
        try {
          FileBlob all = whole;
          if (all != null) {
            all.close();
          }
        } finally {
          finishing.unlock();
        }
      }
    }
  }

  @Override
  public String toString() {
    return "blob " + digest + " of " + remote;
  }
}
