package dev.ocifs.oci.registry;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before another attempt: a random part of a bound that doubles, so that many who
 * failed together do not come back together ("full jitter"); and no less than the server asks for,
 * within reason.
 */
final class Backoff {
  static final Duration FIRST = Duration.ofMillis(200);
  static final Duration LONGEST = Duration.ofSeconds(10);

  /** The longest wait that a server may ask for. */
  static final Duration LONGEST_ASKED = Duration.ofSeconds(60);

  private Backoff() {}

  /**
   * The wait before one more attempt.
   *
   * @param failures in a row before this one
   * @param retryAfter the header, as it was sent
   */
  static Duration wait(int failures, Optional<String> retryAfter, Instant now) {
    long bound = Math.min(LONGEST.toNanos(), FIRST.toNanos() << Math.min(failures, 20));
    Duration random = Duration.ofNanos(ThreadLocalRandom.current().nextLong(bound + 1));
    return retryAfter.flatMap(value -> asked(value.trim(), now)).orElse(Duration.ZERO).plus(random);
  }

  /** Seconds or a date: RFC 9110, section 10.2.3. */
  private static Optional<Duration> asked(String value, Instant now) {
    if (value.matches("[0-9]{1,18}")) {
      return Optional.of(within(Duration.ofSeconds(Long.parseLong(value))));
    }
    try {
      Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(within(Duration.between(now, date)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Duration within(Duration asked) {
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : asked;
  }
}
