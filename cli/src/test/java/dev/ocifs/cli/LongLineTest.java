package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.view.Attributes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LongLineTest {
  @ParameterizedTest
  @CsvSource({
    "100644, -rw-r--r--",
    "040755, drwxr-xr-x",
    "120777, lrwxrwxrwx",
    "104755, -rwsr-xr-x",
    "104644, -rwSr--r--",
    "102755, -rwxr-sr-x",
    "102745, -rwxr-Sr-x",
    "041777, drwxrwxrwt",
    "041776, drwxrwxrwT",
    "020600, crw-------",
    "060600, brw-------",
    "010000, p---------"
  })
  void writesModesAsLsDoes(String octal, String text) {
    assertThat(LongLine.mode(Integer.parseInt(octal, 8))).isEqualTo(text);
  }

  @Test
  void alignsColumns() {
    Attributes file = file(0100644, 1, 0, 12, 1_767_225_600L);
    Attributes other = file(0100644, 12, -2, 123_456, -1);
    LongLine.Widths widths = new LongLine.Widths();
    widths.fit(LongLine.of(file));
    widths.fit(LongLine.of(other));
    assertThat(LongLine.of(file).align(widths))
        .isEqualTo("-rw-r--r--  1          0 0     12 2026-01-01 00:00 ");
    assertThat(LongLine.of(other).align(widths))
        .isEqualTo("-rw-r--r-- 12 4294967294 0 123456 1969-12-31 23:59 ");
  }

  @Test
  void writesTheNumbersOfDevicesInPlaceOfASize() {
    Attributes device = file(020666, 1, 0, 0, 0);
    device.major = 1;
    device.minor = 3;
    assertThat(LongLine.of(device).size()).isEqualTo("1, 3");
  }

  @Test
  void writesTimesThatNoCalendarHas() {
    assertThat(LongLine.of(file(0100644, 1, 0, 0, Long.MAX_VALUE)).time())
        .isEqualTo("@9223372036854775807");
    assertThat(LongLine.of(file(0100644, 1, 0, 0, Long.MIN_VALUE)).time())
        .isEqualTo("@-9223372036854775808");
    assertThat(LongLine.of(file(0100644, 1, 0, 0, 253_402_300_799L)).time())
        .isEqualTo("9999-12-31 23:59");
  }

  private static Attributes file(int mode, int nlink, int uid, long size, long seconds) {
    Attributes file = new Attributes();
    file.mode = mode;
    file.nlink = nlink;
    file.uid = uid;
    file.size = size;
    file.mtimeSeconds = seconds;
    return file;
  }
}
