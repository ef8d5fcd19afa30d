package dev.ocifs.oci.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Instant NOW = FakeTime.START;

  @Test
  void boundDoublesUpToItsLimit() {
    for (int failures = 0; failures < 100; failures++) {
      Duration bound = Backoff.LONGEST;
      if (failures < 5) {
        bound = Backoff.FIRST.multipliedBy(1L << failures);
      }
      assertThat(Backoff.wait(failures, Optional.empty(), NOW)).isBetween(Duration.ZERO, bound);
    }
  }

  @Test
  void chanceSpreadsThoseWhoFailedTogether() {
    Set<Duration> waits = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      waits.add(Backoff.wait(5, Optional.empty(), NOW));
    }
    assertThat(waits).hasSizeGreaterThan(15);
  }

  private static void asked(String value, long seconds) {
    Duration asked = Duration.ofSeconds(seconds);
    assertThat(Backoff.wait(0, Optional.of(value), NOW))
        .isBetween(asked, asked.plus(Backoff.FIRST));
  }

  @Test
  void serverMayAskForAWaitWithinReason() {
    asked("5", 5);
    asked("Thu, 01 Jan 2026 00:00:09 GMT", 9);
    asked("Thu, 01 Jan 1970 00:00:00 GMT", 0);
    asked("999999999999999999", 60);
    asked("Fri, 31 Dec 9999 23:59:59 GMT", 60);
    asked("soon", 0);
    asked("-3", 0);
    asked("99999999999999999999999", 0);
  }
}
