package dev.ocifs.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompressionTest {

  @ParameterizedTest
  @CsvSource({
    "1f8b0800, GZIP",
    "1f8b, GZIP",
    "1f8c0800, NONE",
    "28b52ffd04, ZSTD",
    "28b52f, NONE",
    "502a4d1808, ZSTD",
    "5f2a4d1808, ZSTD",
    "602a4d1808, NONE",
    "4f2a4d1808, NONE",
    "fd377a585a00, XZ",
    "fd377a585a, NONE",
    "425a6839314159, BZIP2",
    "425a6830314159, NONE",
    "425a6820314159, NONE",
    "7573746172, NONE",
  })
  void isToldFromTheFirstBytes(String hex, Compression compression) {
    byte[] head = HexFormat.of().parseHex(hex);
    assertThat(Compression.sniff(head, head.length)).isEqualTo(compression);
  }

  @Test
  void isNotToldFromBytesThatDoNotCount() {
    byte[] head = HexFormat.of().parseHex("1f8b080000000000");
    assertThat(Compression.sniff(head, 1)).isEqualTo(Compression.NONE);
    assertThat(Compression.sniff(head, 0)).isEqualTo(Compression.NONE);
  }

  @Test
  void aTarWhoseFirstNameBeginsWithAMagicIsATar() {
    byte[] head = "BZh/file".getBytes(StandardCharsets.UTF_8);
    assertThat(Compression.sniff(head, head.length)).isEqualTo(Compression.NONE);
  }
}
