package dev.ocifs.tests.lazy;

import dev.ocifs.oci.source.RangeFetcher;
import java.io.IOException;
import java.util.function.BiPredicate;

/** A remote blob in memory that now and then gives wrong bytes. */
final class FaultyRemote implements RangeFetcher {
  private static final int CHUNK = 10_000;

  private final byte[] bytes;

  /** Whether the n-th request, from 1, for a unit at this position gets it wrong. */
  private final BiPredicate<Integer, Long> lies;

  private int requests;
  private long requested;

  FaultyRemote(byte[] bytes, BiPredicate<Integer, Long> lies) {
    this.bytes = bytes;
    this.lies = lies;
  }

  synchronized int requests() {
    return requests;
  }

  synchronized long requestedBytes() {
    return requested;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void fetch(long pos, long len, Sink sink) throws IOException {
    int number;
    synchronized (this) {
      number = ++requests;
      requested += len;
    }
    boolean lie = lies.test(number, pos);
    for (long at = pos; at < pos + len; ) {
      int n = (int) Math.min(CHUNK, pos + len - at);
      byte[] chunk = new byte[n];
      System.arraycopy(bytes, (int) at, chunk, 0, n);
      if (lie) {
        chunk[n / 2] ^= 0x10;
      }
      sink.accept(at, chunk, 0, n);
      at += n;
    }
  }

  @Override
  public String toString() {
    return "a faulty registry";
  }
}
