package dev.ocifs.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PlatformTest {
  @ParameterizedTest
  @CsvSource({
    "linux/x86_64, linux/amd64",
    "Linux/AMD64/v1, linux/amd64",
    "linux/amd64/v3, linux/amd64/v3",
    "linux/aarch64, linux/arm64",
    "linux/arm64/v8, linux/arm64",
    "linux/arm64/8, linux/arm64",
    "linux/arm, linux/arm/v7",
    "linux/arm/6, linux/arm/v6",
    "linux/armhf, linux/arm/v7",
    "linux/armel, linux/arm/v6",
    "linux/i386, linux/386",
    "macos/arm64, darwin/arm64"
  })
  void normalisesWhatToolsWrite(String text, String expected) throws OcifsException {
    assertThat(Platform.parse(text)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "linux/arm/v7, 'linux/arm/v7 linux/arm/v6 linux/arm/v5'",
    "linux/arm/v6, 'linux/arm/v6 linux/arm/v5'",
    "linux/amd64/v3, 'linux/amd64/v3 linux/amd64/v2 linux/amd64'",
    "linux/amd64, linux/amd64",
    "linux/arm64, linux/arm64",
    "linux/arm64/v9, 'linux/arm64/v9 linux/arm64'",
    "linux/amd64/odd, linux/amd64/odd",
    "linux/riscv64, linux/riscv64"
  })
  void prefersTheBestVariant(String text, String expected) throws OcifsException {
    assertThat(Platform.parse(text).preferences().stream().map(Platform::toString))
        .containsExactly(expected.split(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux//v7"})
  void refusesOtherForms(String text) {
    assertThatThrownBy(() -> Platform.parse(text))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE));
  }

  @Test
  void attestationsAreUnknown() throws OcifsException {
    assertThat(Platform.parse("unknown/unknown").isUnknown()).isTrue();
    assertThat(Platform.host().isUnknown()).isFalse();
    assertThat(Platform.host().os()).isEqualTo("linux");
  }

  @Test
  void levelOfTheProcessorNeedsAllItsFlags() {
    Set<String> v2 = Set.of("cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3", "avx2");
    assertThat(Platform.x86Level(v2)).isEqualTo("v2");
    assertThat(Platform.x86Level(Set.of("avx2", "bmi2"))).isEqualTo("v1");
  }
}
