package dev.ocifs.oci.registry;

import java.time.Duration;
import java.time.Instant;

/** The clock, and waiting by it. */
interface Time {

  /** The machine's. */
  Time SYSTEM =
      new Time() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
          Thread.sleep(duration);
        }
      };

  /** Monotonic, from anywhere. */
  long nanos();

  /** The date, for what servers say in dates. */
  Instant now();

  void sleep(Duration duration) throws InterruptedException;
}
