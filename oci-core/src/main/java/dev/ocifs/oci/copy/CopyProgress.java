package dev.ocifs.oci.copy;

import dev.ocifs.oci.Digest;

/**
 * Hears how the copying of an image gets on, blob by blob. Called by several threads, for one blob
 * by one at a time. What it throws ends the copying.
 */
public interface CopyProgress {
  /** Hears nothing. */
  CopyProgress NONE =
      new CopyProgress() {
        @Override
        public void started(Digest blob, Step step, long totalBytes) {}

        @Override
        public void advanced(Digest blob, long bytes) {}

        @Override
        public void finished(Digest blob, boolean copied) {}
      };

  /** What is being done with a blob. */
  enum Step {
    /** It is read to learn its digest; the blob is known by its diffID meanwhile. */
    HASH,
    /** It is fetched from a registry into the store. */
    FETCH,
    /** It is written to the destination. */
    WRITE
  }

  /**
   * A step begins; one of the same blob before it is over.
   *
   * @param totalBytes that the step will take; it may end earlier
   */
  void started(Digest blob, Step step, long totalBytes);

  /**
   * The step has got on.
   *
   * @param bytes how many more
   */
  void advanced(Digest blob, long bytes);

  /**
   * The blob is at the destination.
   *
   * @param copied whether it was read for that; false when it was there, was mounted there from
   *     another repository, or is left out on purpose
   */
  void finished(Digest blob, boolean copied);
}
