package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RawArgumentsTest {
  @Test
  void findsTheBytesThatWereTyped() {
    byte[] typed = {'/', 'c', 'a', 'f', (byte) 0xe9};
    String decoded = new String(typed, StandardCharsets.UTF_8);
    byte[] line = "java\0-cp\0x\0/caf#\0".getBytes(StandardCharsets.US_ASCII);
    line[line.length - 2] = (byte) 0xe9;
    assertThat(RawArguments.find(decoded, line)).isEqualTo(typed);
  }

  @Test
  void takesTheTextWhereNothingWasReplaced() {
    assertThat(RawArguments.bytes("/grün")).isEqualTo("/grün".getBytes(StandardCharsets.UTF_8));
    assertThat(RawArguments.find("\ufffd", new byte[0]))
        .isEqualTo("\ufffd".getBytes(StandardCharsets.UTF_8));
  }
}
