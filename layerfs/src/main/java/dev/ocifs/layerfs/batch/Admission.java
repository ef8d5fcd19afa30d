package dev.ocifs.layerfs.batch;

/** What became of a submitted item. */
public enum Admission {
  /** It waits for its batch. */
  QUEUED,
  /** It was of {@link Priority#LOW} and the queue was full. */
  DROPPED,
  /** The processor was closed, or closed while the item waited for room. */
  CLOSED
}
