package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.0 kB",
    "1049, 1.0 kB",
    "1050, 1.1 kB",
    "9949, 9.9 kB",
    "9950, 10 kB",
    "999499, 999 kB",
    "999500, 1.0 MB",
    "525000000, 525 MB",
    "1160000000, 1.2 GB",
    "9223372036854775807, 9.2 EB"
  })
  void formatsThreeDigitsAtMost(long bytes, String text) {
    assertThat(ByteSize.format(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1000, 1000", "64k, 65536", "64K, 65536", "2M, 2097152", "8G, 8589934592"})
  void parsesPowersOf1024(String text, long bytes) throws OcifsException {
    assertThat(ByteSize.parse("--max-x", text, Long.MAX_VALUE)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "k", "1.5G", "9999999999T", "1 G", "x"})
  void refusesWhatIsNoSize(String text) {
    assertThatThrownBy(() -> ByteSize.parse("--max-x", text, Long.MAX_VALUE))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE))
        .hasMessageContaining("--max-x");
  }

  @Test
  void refusesMoreThanFits() {
    assertThatThrownBy(() -> ByteSize.parse("--max-ratio", "2G", Integer.MAX_VALUE))
        .hasMessageContaining("2147483647");
  }
}
