package dev.ocifs.oci.lazy;

import java.lang.ScopedValue.CallableOp;

/** What is fetched first: a fetch gives way to those that stand before it here. */
public enum FetchPriority {
  /** Somebody waits for the bytes. */
  READ,
  /** Somebody will ask for them soon, or goes through a whole blob in order. */
  PREFETCH,
  /** Nobody asked. */
  BACKGROUND;

  private static final ScopedValue<FetchPriority> CURRENT = ScopedValue.newInstance();

  /** Does something in which whatever the calling thread reads has this priority. */
  public <T, X extends Throwable> T during(CallableOp<? extends T, X> work) throws X {
    return ScopedValue.where(CURRENT, this).call(work);
  }

  /** That of the calling thread: {@link #READ} unless it is {@link #during} another. */
  static FetchPriority current() {
    return CURRENT.orElse(READ);
  }

  /** The less urgent of the two. */
  FetchPriority atMost(FetchPriority other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
