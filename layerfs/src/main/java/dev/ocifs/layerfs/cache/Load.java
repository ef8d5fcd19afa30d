package dev.ocifs.layerfs.cache;

import java.util.concurrent.locks.Condition;

/** A load under way; it stands where the entry's value will be. */
final class Load {
  private final Thread thread;
  private final Condition over;

  /**
   * @param thread the one that loads
   * @param over signalled when the load has ended, either way
   */
  Load(Thread thread, Condition over) {
    this.thread = thread;
    this.over = over;
  }

  boolean isMine() {
    return thread.equals(Thread.currentThread());
  }

  Condition over() {
    return over;
  }
}
