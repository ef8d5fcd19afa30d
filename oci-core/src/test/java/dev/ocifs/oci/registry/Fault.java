package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * What goes wrong with one request: it answers itself, or spoils the answer to come by what it sets
 * in the visit.
 */
@FunctionalInterface
public interface Fault {
  void apply(Visit visit) throws IOException;

  /** Another status, with an error as the specification has it. */
  static Fault status(int status, String code, String message) {
    return visit ->
        visit
            .header("Content-Type", "application/json")
            .answer(
                status,
                ("{\"errors\":[{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}]}")
                    .getBytes(UTF_8));
  }

  /** The same, with a {@code Retry-After}. */
  static Fault retryAfter(int status, String value) {
    return visit -> {
      visit.header("Retry-After", value);
      status(status, "TOOMANYREQUESTS", "slow down").apply(visit);
    };
  }

  /** A redirect. */
  static Fault redirect(int status, String location) {
    return visit -> visit.header("Location", location).answer(status, new byte[0]);
  }

  /** The connection breaks before any answer. */
  static Fault reset() {
    return visit -> {
      throw new Visit.Cut();
    };
  }

  /** The connection breaks after some bytes of the body. */
  static Fault cutAfter(long bytes) {
    return visit -> visit.cutAfter = bytes;
  }

  /** The connection breaks after some bytes of what the client sends. */
  static Fault cutUploadAfter(long bytes) {
    return visit -> visit.cutUploadAfter = bytes;
  }

  /** One byte of the body is another one. */
  static Fault flip(long at) {
    return visit -> visit.flipAt = at;
  }

  /** {@code Content-Range} says another range than was asked for. */
  static Fault wrongRange(long shift) {
    return visit -> visit.rangeShift = shift;
  }

  /** A range has fewer bytes than were asked for, and says so. */
  static Fault shorter(long bytes) {
    return visit -> visit.shorterBy = bytes;
  }

  /** A {@code Range} is overlooked. */
  static Fault ignoreRange() {
    return visit -> visit.ignoreRange = true;
  }

  /** The body goes on for ever. */
  static Fault endless() {
    return visit -> visit.endless = true;
  }

  /** The body stops before one of its bytes until the test lets it go on. */
  static Fault hold(long at, CountDownLatch latch) {
    return visit -> {
      visit.holdAt = at;
      visit.latch = latch;
    };
  }

  /** No answer at all until the test lets it go on. */
  static Fault silent(CountDownLatch latch) {
    return visit -> {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }
}
