package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.OcifsException;
import java.util.Arrays;

/**
 * The runs of a sparse file while they are being read: bounded, and checked when complete. Not
 * thread-safe.
 */
final class SparseMap {
  private static final int MAX_RUNS = 1_000_000;

  private long[] runs = new long[16];
  private int length;

  void add(long offset, long bytes) throws OcifsException {
    if (length == MAX_RUNS * 2) {
      throw new OcifsException(
          OcifsException.Kind.LIMIT, "its sparse map has more than " + MAX_RUNS + " runs");
    }
    if (length == runs.length) {
      runs = Arrays.copyOf(runs, length * 2);
    }
    runs[length++] = offset;
    runs[length++] = bytes;
  }

  /**
   * The runs as pairs of offset and length, the empty ones left out.
   *
   * @param size of the file
   * @param stored bytes of data in the archive
   * @throws OcifsException {@code INVALID_IMAGE} when they overlap, leave the file, or are not what
   *     is stored
   */
  long[] complete(long size, long stored) throws OcifsException {
    long end = 0;
    long sum = 0;
    int kept = 0;
    for (int i = 0; i < length; i += 2) {
      long offset = runs[i];
      long bytes = runs[i + 1];
      if (offset < end || bytes < 0 || offset > size || bytes > size - offset) {
        throw TarFields.malformed("its sparse map is out of order or leaves the file");
      }
      end = offset + bytes;
      sum += bytes;
      if (bytes > 0) {
        runs[kept++] = offset;
        runs[kept++] = bytes;
      }
    }
    if (sum != stored) {
      throw TarFields.malformed(
          "its sparse map has " + sum + " bytes of data, the archive " + stored);
    }
    return Arrays.copyOf(runs, kept);
  }
}
