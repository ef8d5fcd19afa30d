package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EntryNameTest {
  @Test
  void keepsTextAndEscapesTheRest() {
    assertThat(printable("plain")).isEqualTo("plain");
    assertThat(printable("grün 😀")).isEqualTo("grün 😀");
    assertThat(printable("a\u001b[2Jb\n")).isEqualTo("a\\x1b[2Jb\\n");
    assertThat(EntryName.printable(new byte[0])).isEmpty();
  }

  @Test
  void escapesBytesThatAreNotUtf8() {
    assertThat(EntryName.printable(new byte[] {'a', (byte) 0xff, 'b'})).isEqualTo("a\\xffb");
    assertThat(EntryName.printable(new byte[] {(byte) 0xc3, (byte) 0xbc, (byte) 0xc3}))
        .isEqualTo("ü\\xc3");
    assertThat(EntryName.printable(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}))
        .isEqualTo("\\xed\\xa0\\x80");
  }

  private static String printable(String name) {
    return EntryName.printable(name.getBytes(StandardCharsets.UTF_8));
  }
}
