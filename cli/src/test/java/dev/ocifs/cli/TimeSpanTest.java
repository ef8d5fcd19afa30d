package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeSpanTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 ns",
    "999, 999 ns",
    "1000, 1.0 µs",
    "1240, 1.2 µs",
    "9949, 9.9 µs",
    "9950, 10 µs",
    "999499, 999 µs",
    "999500, 1.0 ms",
    "45000000, 45 ms",
    "999500000, 1.0 s",
    "119000000000, 119 s",
    "125000000000, 2 min 5 s",
    "3600000000000, 1 h 0 min",
    "86399000000000, 23 h 59 min",
    "1062000000000000, 12 d 7 h"
  })
  void printsThreeDigitsAtMostOrTwoUnits(long nanos, String text) {
    assertThat(TimeSpan.format(nanos)).isEqualTo(text);
  }
}
