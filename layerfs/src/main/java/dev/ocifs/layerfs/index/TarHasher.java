package dev.ocifs.layerfs.index;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;

/**
 * Computes the diffID of a layer while its tar goes by. A tar is written in records of 10 KiB, the
 * last of which is filled with zeros; some that compress layers anew cut these zeros off, and leave
 * the diffID in the configuration as it was. So a tar has the diffID that is promised also when it
 * has it with its last record filled: these zeros mean nothing, and all else is covered by it.
 *
 * <p>Source: pax in POSIX.1-2017, "ustar Interchange Format" (end of archive, -b); the writer of
 * zstd:chunked in containers/storage, whose issue 1771 tells of the cut. Not thread-safe.
 */
public final class TarHasher {
  private static final int RECORD_BYTES = 20 * 512;

  private final Hasher hasher;
  private long bytes;

  public TarHasher(Digest.Algorithm algorithm) {
    hasher = Hasher.of(algorithm);
  }

  /** Adds {@code bytes[off, off + len)}. */
  public void update(byte[] from, int off, int len) {
    hasher.update(from, off, len);
    bytes += len;
  }

  /**
   * The diffID of what was added; used once.
   *
   * @param promised what it should be: this is the result if it is that of the tar, as the tar is
   *     or with its last record filled
   */
  public Digest digest(Digest promised) {
    Hasher filled = hasher.copy();
    Digest found = hasher.digest();
    int missing = (int) Math.floorMod(-bytes, (long) RECORD_BYTES);
    if (found.equals(promised) || missing == 0) {
      return found;
    }
    filled.update(new byte[missing], 0, missing);
    return filled.digest().equals(promised) ? promised : found;
  }
}
