package dev.ocifs.oci.lazy;

import java.time.Duration;

/**
 * How partial blobs are fetched.
 *
 * @param readTimeout how long a read waits without getting a byte that it needs, before it fails
 * @param firstExtentBytes what a request fetches at least, for a read that follows no other
 * @param maxExtentBytes what requests for reads that go on in order grow to
 * @param pieceBytes what a request in the background, or ahead of a pass, fetches
 * @param aheadBytes how far fetching runs ahead of a pass over the whole blob
 */
public record LazyOptions(
    Duration readTimeout,
    int firstExtentBytes,
    int maxExtentBytes,
    int pieceBytes,
    int aheadBytes) {

  /** 30 s, 128 KiB, 1 MiB, 4 MiB, 64 MiB. */
  public static final LazyOptions DEFAULT =
      new LazyOptions(Duration.ofSeconds(30), 128 << 10, 1 << 20, 4 << 20, 64 << 20);

  public LazyOptions {
    if (readTimeout.isNegative()
        || readTimeout.isZero()
        || firstExtentBytes <= 0
        || maxExtentBytes < firstExtentBytes
        || pieceBytes < firstExtentBytes
        || aheadBytes < pieceBytes) {
      throw new IllegalArgumentException("options of partial blobs out of their range");
    }
  }

  /** The same with another read timeout. */
  public LazyOptions withReadTimeout(Duration timeout) {
    return new LazyOptions(timeout, firstExtentBytes, maxExtentBytes, pieceBytes, aheadBytes);
  }
}
