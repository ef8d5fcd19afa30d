package dev.ocifs.layerfs.batch;

/** What a full queue does with one more item. */
public enum WhenFull {
  /** The caller waits for room. */
  BLOCK,
  /**
   * An item of {@link Priority#LOW} is dropped and counted: the new one if it is such, else the
   * oldest that waits. Where none waits the caller does.
   */
  DROP_LOW
}
