package dev.ocifs.layerfs.batch;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * Collects items and hands them to a sink in batches: when enough wait, when one has waited long
 * enough for its {@link Priority}, at {@link #flush} and at {@link #close}.
 *
 * <p>Two locks, always taken in this order: {@code handing} is held while a batch is with the sink,
 * so that batches arrive one after the other; {@code lock} guards the queues and counts and is
 * never held during a call of the sink, so that {@link #submit} costs a queue's insertion whatever
 * the sink does. Items leave the queue most urgent first, and in their order within one priority.
 *
 * <p>A batch that fails is halved and its halves are handed over again, and so on until the items
 * that the sink refuses stand alone or {@value #MAX_CALLS} calls were made for it: one bad item
 * costs itself, and a broken sink is not asked for every item. What was refused is counted and
 * logged; an item never goes missing otherwise.
 *
 * <p>Whoever created it closes it. Thread-safe; the sink must not call back.
 *
 * @param <T> the items
 */
public final class BatchProcessor<T> implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(BatchProcessor.class.getName());

  /** Enough to single out three bad items of a thousand. */
  private static final int MAX_CALLS = 64;

  private final BatchOptions options;
  private final BatchSink<T> sink;
  private final BatchScheduler scheduler;

  private final ReentrantLock handing = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();

  /** What waits, by priority. */
  private final List<ArrayDeque<T>> queues = new ArrayList<>();

  /** The priorities for which a flush is scheduled that has not begun. */
  private final Set<Priority> scheduled = EnumSet.noneOf(Priority.class);

  private int queued;
  private boolean fullScheduled;
  private boolean closed;

  private long admitted;
  private long delivered;
  private long failed;
  private long dropped;
  private long evicted;
  private long refused;
  private long batches;
  private long failures;
  private int largestBatch;

  /** A processor with a thread of its own. */
  public BatchProcessor(BatchOptions options, BatchSink<T> sink) {
    this(options, sink, BatchScheduler.daemon("ocifs-batch-" + options.name()));
  }

  /** A processor on a given scheduler, which it shuts down when it is closed. */
  public BatchProcessor(BatchOptions options, BatchSink<T> sink, BatchScheduler scheduler) {
    this.options = options;
    this.sink = sink;
    this.scheduler = scheduler;
    for (int i = 0; i < Priority.values().length; i++) {
      queues.add(new ArrayDeque<>());
    }
  }

  /**
   * Queues an item. Waits, uninterruptibly, only where the queue is full and {@link WhenFull} says
   * so.
   */
  public Admission submit(T item, Priority priority) {
    lock.lock();
    try {
      while (!closed && queued >= options.capacity()) {
        if (options.whenFull() == WhenFull.DROP_LOW) {
          if (priority == Priority.LOW) {
            dropped++;
            return Admission.DROPPED;
          }
          if (queue(Priority.LOW).pollFirst() != null) {
            queued--;
            dropped++;
            evicted++;
            break;
          }
        }
        room.awaitUninterruptibly();
      }
      if (closed) {
        refused++;
        return Admission.CLOSED;
      }
      queue(priority).addLast(item);
      queued++;
      admitted++;
      arrange(priority);
      return Admission.QUEUED;
    } finally {
      lock.unlock();
    }
  }

  /** Has a flush begin in time for one more item of this priority; the lock is held. */
  private void arrange(Priority priority) {
    if (queued >= options.batchSize() && !fullScheduled) {
      fullScheduled = true;
      scheduler.schedule(this::flush, 0);
    }
    if (scheduled.add(priority)) {
      scheduler.schedule(() -> flushFor(priority), priority.delayNanos(options.delay().toNanos()));
    }
  }

  /**
   * The flush that the first waiting item of a priority was promised. It may come for items that an
   * earlier flush took, and take later ones sooner than it must: never later.
   */
  private void flushFor(Priority priority) {
    lock.lock();
    try {
      scheduled.remove(priority);
      if (queue(priority).isEmpty()) {
        return;
      }
    } finally {
      lock.unlock();
    }
    flush();
  }

  /**
   * Hands over everything that waits now and returns when the sink has it, or has refused it. What
   * is submitted meanwhile is left for the next flush, unless it is more urgent.
   */
  public void flush() {
    handing.lock();
    try {
      int[] left = waiting();
      while (IntStream.of(left).anyMatch(items -> items > 0)) {
        List<T> batch = take(left);
        if (batch.isEmpty()) {
          return; // what was left has been evicted
        }
        deliver(batch);
      }
    } finally {
      handing.unlock();
    }
  }

  /** The items that wait, by priority, as a flush finds them. */
  private int[] waiting() {
    lock.lock();
    try {
      fullScheduled = false;
      return queues.stream().mapToInt(ArrayDeque::size).toArray();
    } finally {
      lock.unlock();
    }
  }

  /** The next batch from the front of all queues; counts down what is left of each. */
  private List<T> take(int[] left) {
    List<T> batch = new ArrayList<>(options.batchSize());
    lock.lock();
    try {
      for (int i = 0; i < left.length; i++) {
        ArrayDeque<T> queue = queues.get(i);
        int taken = Math.min(queue.size(), options.batchSize() - batch.size());
        for (int k = 0; k < taken; k++) {
          batch.add(queue.removeFirst());
        }
        left[i] -= taken;
      }
      queued -= batch.size();
      room.signalAll();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** Hands over a batch, in parts if need be; afterwards each item is delivered or failed. */
  private void deliver(List<T> batch) {
    ArrayDeque<List<T>> parts = new ArrayDeque<>();
    parts.push(batch);
    int lost = 0;
    Throwable reason = null;
    try {
      for (int calls = 1; !parts.isEmpty(); calls++) {
        List<T> part = parts.pop();
        lost += part.size();
        try {
          sink.accept(Collections.unmodifiableList(part));
          lost -= part.size();
          countTaken(part.size());
        } catch (IOException | RuntimeException e) {
          reason = e;
          // Each half costs a call at least, as does each part that waits.
          if (part.size() > 1 && calls + parts.size() + 2 <= MAX_CALLS) {
            lost -= part.size();
            int half = part.size() / 2;
            parts.push(part.subList(half, part.size()));
            parts.push(part.subList(0, half));
          }
          countFailure();
        }
      }
    } catch (Error e) {
      countFailure();
      lost += parts.stream().mapToInt(List::size).sum();
      reason = e;
      throw e;
    } finally {
      if (lost > 0) {
        countLost(lost);
        LOG.log(
            System.Logger.Level.WARNING,
            options.name() + ": items refused and lost: " + lost + " of " + batch.size(),
            reason);
      }
    }
  }

  private void countTaken(int items) {
    lock.lock();
    try {
      delivered += items;
      batches++;
      largestBatch = Math.max(largestBatch, items);
    } finally {
      lock.unlock();
    }
  }

  private void countFailure() {
    lock.lock();
    try {
      failures++;
    } finally {
      lock.unlock();
    }
  }

  private void countLost(int items) {
    lock.lock();
    try {
      failed += items;
    } finally {
      lock.unlock();
    }
  }

  private ArrayDeque<T> queue(Priority priority) {
    return queues.get(priority.ordinal());
  }

  /** What it did so far. */
  public BatchStatistics statistics() {
    lock.lock();
    try {
      return new BatchStatistics(
          admitted,
          delivered,
          failed,
          dropped,
          evicted,
          refused,
          batches,
          failures,
          largestBatch,
          queued);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes no more items, hands over those that wait, and returns when the sink has them. Closing
   * again does nothing.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      room.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      flush();
    } finally {
      scheduler.shutdown();
    }
  }
}
