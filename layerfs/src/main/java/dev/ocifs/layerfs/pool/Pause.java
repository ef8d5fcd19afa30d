package dev.ocifs.layerfs.pool;

import java.util.concurrent.locks.LockSupport;

/** How a thread lets time pass, and tells how much has. */
interface Pause {

  /** Nanoseconds from any fixed origin. */
  long nanoTime();

  /** Waits for a few cycles. */
  void spin();

  /** Waits for that long or less: an interrupted thread does not wait. */
  void park(long nanos);

  Pause REAL =
      new Pause() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void spin() {
          Thread.onSpinWait();
        }

        @Override
        public void park(long nanos) {
          LockSupport.parkNanos(nanos);
        }
      };
}
