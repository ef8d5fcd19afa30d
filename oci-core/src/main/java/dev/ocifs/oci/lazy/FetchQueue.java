package dev.ocifs.oci.lazy;

import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The requests to one host: a bounded number at once, the urgent first.
 *
 * <p>Nothing waits here but blobs that have something to fetch. A blob is asked what to fetch when
 * there is a place for it, so that what came up meanwhile goes along. While anything more urgent is
 * wanted or under way, less urgent fetches neither begin nor go on, unless a reader turns out to
 * wait for one: it is then as urgent as that reader. Some places are never given to the less
 * urgent, so that a read need not wait for one. Thread-safe.
 *
 * <p>The background also rests for a while after each fetch for a reader: a program that starts
 * reads again in a moment, and would wait for what fills the line meanwhile. That ends, as each
 * such fetch brings some of what the background has to.
 *
 * <p>Each request has a virtual thread, which ends with it.
 */
public final class FetchQueue {
  /** Requests at once to a host that says nothing else; jib and containerd make 3 to 6. */
  public static final int DEFAULT_PLACES = 6;

  /**
   * Longer than programs mostly compute between reads, and nothing to the time of a whole image.
   */
  public static final Duration DEFAULT_REST = Duration.ofMillis(500);

  /** Who has something to fetch. */
  interface Source {
    /**
     * Begins a fetch of this rank, of at most that many bytes, or of one unit where that is more;
     * null when there is none to begin.
     */
    @Nullable Fetch begin(FetchPriority rank, long maxBytes);
  }

  private record Choice(FetchPriority rank, Source source, long maxBytes) {}

  private final int places;
  private final Timing timing;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition calmer = lock.newCondition();
  private final Pace pace;
  private final long restNanos;
  private final Map<FetchPriority, Set<Source>> ready = new EnumMap<>(FetchPriority.class);
  private final int[] running = new int[FetchPriority.values().length];
  private boolean paceAlarm;
  private long restUntilNanos;
  private boolean restAlarm;

  /**
   * @param places requests at once, at least 3
   * @param backgroundBytesPerSecond limit for fetches in the background, 0 for none
   */
  public FetchQueue(int places, long backgroundBytesPerSecond, Timing timing) {
    this(places, backgroundBytesPerSecond, Duration.ZERO, timing);
  }

  /**
   * @param places requests at once, at least 3
   * @param backgroundBytesPerSecond limit for fetches in the background, 0 for none
   * @param rest how long the background keeps still after a fetch for a reader, not negative
   */
  public FetchQueue(int places, long backgroundBytesPerSecond, Duration rest, Timing timing) {
    if (places < FetchPriority.values().length
        || backgroundBytesPerSecond < 0
        || rest.isNegative()) {
      throw new IllegalArgumentException("places " + places);
    }
    this.places = places;
    this.timing = timing;
    restNanos = rest.toNanos();
    restUntilNanos = timing.nanoTime();
    pace = new Pace(backgroundBytesPerSecond);
    for (FetchPriority rank : FetchPriority.values()) {
      ready.put(rank, new LinkedHashSet<>());
    }
  }

  Timing timing() {
    return timing;
  }

  private Set<Source> ready(FetchPriority rank) {
    return ready.getOrDefault(rank, Set.of());
  }

  /** Says that a blob may have something to fetch. The caller holds no lock of a blob. */
  void offer(Source source, FetchPriority rank) {
    lock.lock();
    try {
      ready(rank).add(source);
    } finally {
      lock.unlock();
    }
    pump();
  }

  /** Forgets a blob. */
  void forget(Source source) {
    lock.lock();
    try {
      ready.values().forEach(sources -> sources.remove(source));
      calmer.signalAll();
    } finally {
      lock.unlock();
    }
    pump();
  }

  private void pump() {
    for (Choice choice = choose(); choice != null; choice = choose()) {
      Fetch fetch = null;
      try {
        fetch = choice.source.begin(choice.rank, choice.maxBytes);
      } finally {
        begun(choice, fetch);
      }
      if (fetch != null) {
        Thread.ofVirtual().name("ocifs-fetch").start(fetch);
      }
    }
  }

  /** Takes a place for the most urgent that may begin. */
  private @Nullable Choice choose() {
    lock.lock();
    try {
      for (FetchPriority rank : FetchPriority.values()) {
        Set<Source> sources = ready(rank);
        if (!sources.isEmpty() && hasPlace(rank)) {
          Source source = sources.iterator().next();
          sources.remove(source);
          running[rank.ordinal()]++;
          long max = rank == FetchPriority.BACKGROUND ? pace.pieceBytes() : Long.MAX_VALUE;
          return new Choice(rank, source, max);
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasPlace(FetchPriority rank) {
    int used = 0;
    for (int count : running) {
      used += count;
    }
    if (used >= places - rank.ordinal() || mustGiveWay(rank)) {
      return false;
    }
    if (rank != FetchPriority.BACKGROUND || !pace.isLimited()) {
      return true;
    }
    long delay = pace.delayNanos(timing.nanoTime());
    if (delay > 0 && !paceAlarm) {
      paceAlarm = true;
      Timing.Alarm ignored = timing.in(delay, this::paceIsDue);
    }
    return delay == 0 && running[rank.ordinal()] == 0;
  }

  private void paceIsDue() {
    lock.lock();
    try {
      paceAlarm = false;
    } finally {
      lock.unlock();
    }
    pump();
  }

  private boolean mustGiveWay(FetchPriority rank) {
    if (rank == FetchPriority.BACKGROUND && timing.nanoTime() - restUntilNanos < 0) {
      return true;
    }
    for (FetchPriority better : FetchPriority.values()) {
      if (better == rank) {
        return false;
      }
      if (running[better.ordinal()] > 0 || !ready(better).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private void begun(Choice choice, @Nullable Fetch fetch) {
    lock.lock();
    try {
      if (fetch == null) {
        running[choice.rank.ordinal()]--;
        calmer.signalAll();
        return;
      }
      ready(choice.rank).add(choice.source); // it may have more
      if (choice.rank == FetchPriority.BACKGROUND) {
        pace.began(fetch.bytes(), timing.nanoTime());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nothing more urgent is under way. */
  void giveWay(Fetch fetch) {
    lock.lock();
    try {
      while (!fetch.isStopped() && mustGiveWay(fetch.rank())) {
        calmer.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many fetches wait in {@link #giveWay}. */
  int givingWay() {
    lock.lock();
    try {
      return lock.getWaitQueueLength(calmer);
    } finally {
      lock.unlock();
    }
  }

  /** Makes a fetch as urgent as who waits for it. */
  void hurry(Fetch fetch, FetchPriority rank) {
    lock.lock();
    try {
      if (rank.compareTo(fetch.rank()) < 0 && fetch.isPlaced()) {
        running[fetch.rank().ordinal()]--;
        running[rank.ordinal()]++;
        fetch.rank(rank);
        calmer.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives the place of a fetch to another; a second call does nothing. */
  void release(Fetch fetch) {
    lock.lock();
    try {
      if (fetch.giveUpPlace()) {
        running[fetch.rank().ordinal()]--;
        if (fetch.rank() == FetchPriority.READ) {
          rest();
        }
      }
      calmer.signalAll();
    } finally {
      lock.unlock();
    }
    pump();
  }

  private void rest() {
    restUntilNanos = timing.nanoTime() + restNanos;
    if (restNanos > 0 && !restAlarm) {
      restAlarm = true;
      Timing.Alarm ignored = timing.in(restNanos, this::restMayBeOver);
    }
  }

  private void restMayBeOver() {
    lock.lock();
    try {
      long left = restUntilNanos - timing.nanoTime();
      if (left > 0) {
        Timing.Alarm ignored = timing.in(left, this::restMayBeOver);
        return;
      }
      restAlarm = false;
      calmer.signalAll();
    } finally {
      lock.unlock();
    }
    pump();
  }
}
