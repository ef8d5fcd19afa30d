package dev.ocifs.layerfs.view;

/**
 * Consecutive bytes of a file.
 *
 * @param start the first, counted from 0
 * @param end the one after the last
 */
public record ByteRange(long start, long end) {
  /** How many bytes these are. */
  public long length() {
    return end - start;
  }
}
