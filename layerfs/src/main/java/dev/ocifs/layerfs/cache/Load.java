package dev.ocifs.layerfs.cache;

import java.util.concurrent.locks.Condition;

/**
 * A load under way; it stands where the entry's value will be.
 *
 * @param thread the one that loads
 * @param over signalled when the load has ended, either way
 */
record Load(Thread thread, Condition over) {

  boolean isMine() {
    return thread.equals(Thread.currentThread());
  }
}
