package dev.ocifs.oci.lazy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.RangeFetcher;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong with a blob since the last bytes arrived, and so when to ask the remote again:
 * after a pause that doubles with each failure. Times are those of {@link Timing}. Thread-safe.
 */
final class Faults {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int MOST_DOUBLINGS = 4;

  private final Digest digest;
  private final RangeFetcher remote;
  private final Duration timeout;
  private int failures;
  private long firstNanos;
  private long retryNanos;
  private @Nullable Throwable last;

  /**
   * @param timeout how long nothing has come before {@link #timedOut} is thrown
   */
  Faults(Digest digest, RangeFetcher remote, Duration timeout) {
    this.digest = digest;
    this.remote = remote;
    this.timeout = timeout;
  }

  /** Whether a request may begin now. */
  synchronized boolean mayTry(long nowNanos) {
    return failures == 0 || nowNanos - retryNanos >= 0;
  }

  /** Ends the pause. */
  synchronized void tryNow(long nowNanos) {
    retryNanos = nowNanos;
  }

  /** Says that a request has failed; returns how long to wait before the next. */
  synchronized long requestFailed(Throwable failure, long nowNanos) {
    if (failures == 0) {
      firstNanos = nowNanos;
    }
    long pause = FIRST_PAUSE_NANOS << Math.min(MOST_DOUBLINGS, failures);
    failures++;
    retryNanos = nowNanos + pause;
    last = failure;
    return pause;
  }

  /**
   * What to fail with who is no reader: what the remote will say again, or that nothing has come
   * for the timeout; null while another request may succeed. Only reads wait for longer.
   */
  synchronized @Nullable OcifsException hopeless(long nowNanos) {
    if (last instanceof OcifsException known && isLasting(known.kind())) {
      return known.again().layer(digest);
    }
    return nowNanos - firstNanos >= timeout.toNanos() ? timedOut() : null;
  }

  private static boolean isLasting(OcifsException.Kind kind) {
    return switch (kind) {
      case NOT_FOUND, MISMATCH, DENIED, UNSUPPORTED, USAGE -> true;
      default -> false;
    };
  }

  /** Says that what came is not what it should be. */
  synchronized void contentFailed(Throwable failure) {
    last = failure;
  }

  /** Says that bytes have arrived. */
  synchronized void clear() {
    failures = 0;
    last = null;
  }

  /** What to fail with when nothing has come for the timeout. */
  synchronized OcifsException timedOut() {
    String why = last == null ? "no answer" : reason(last);
    return new OcifsException(
            OcifsException.Kind.REMOTE,
            "nothing came from " + remote + " for " + timeout.toSeconds() + " s: " + why,
            last)
        .layer(digest)
        .hint("what is here goes on being served; read again when the registry answers");
  }

  /** The last one, for messages. */
  synchronized Optional<String> reason() {
    return Optional.ofNullable(last).map(Faults::reason);
  }

  private static String reason(Throwable cause) {
    if (cause instanceof OcifsException known) {
      return known.what();
    }
    String message = cause.getMessage();
    return cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }
}
