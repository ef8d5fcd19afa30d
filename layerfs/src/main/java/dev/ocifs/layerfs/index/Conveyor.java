package dev.ocifs.layerfs.index;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Hands things from one thread to the next, a bounded number ahead. The giver ends it or fails it,
 * and the taker sees that after what was given before; the taker abandons it, and the giver's next
 * call says so. Thread-safe.
 */
final class Conveyor<T> {

  /** The other side wants nothing more. */
  static final class AbandonedException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private final Deque<T> things = new ArrayDeque<>();
  private final int capacity;
  private boolean ended;
  private boolean abandoned;
  private @Nullable Throwable failure;

  Conveyor(int capacity) {
    this.capacity = capacity;
  }

  /** Gives a thing; waits while the conveyor is full. */
  synchronized void put(T thing) throws AbandonedException {
    while (things.size() == capacity && !abandoned) {
      pause();
    }
    if (abandoned) {
      throw new AbandonedException();
    }
    things.add(thing);
    notifyAll();
  }

  /** Takes the next thing, null at the end; waits while there is none. */
  synchronized @Nullable T take() throws IOException {
    while (things.isEmpty() && !ended && !abandoned) {
      pause();
    }
    if (abandoned) {
      throw new AbandonedException();
    }
    if (!things.isEmpty()) {
      T thing = things.remove();
      notifyAll();
      return thing;
    }
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    return null;
  }

  synchronized void end() {
    ended = true;
    notifyAll();
  }

  synchronized void fail(Throwable cause) {
    failure = cause;
    end();
  }

  synchronized void abandon() {
    abandoned = true;
    things.clear();
    notifyAll();
  }

  @SuppressWarnings("WaitNotInLoop") // callers loop
  private void pause() {
    try {
      wait();
    } catch (InterruptedException e) {
      // A pass is not interrupted half-way: whoever wants it to stop abandons the conveyor.
      abandoned = true;
      Thread.currentThread().interrupt();
    }
  }
}
