package dev.ocifs.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DigestTest {
  @Test
  void keepsWhatItParsed() throws OcifsException {
    for (String text : new String[] {"sha256:" + "0f".repeat(32), "sha512:" + "0f".repeat(64)}) {
      assertThat(Digest.parse(text)).hasToString(text);
    }
  }

  @Test
  void isOrderedByAlgorithmThenDigits() {
    Digest one = new Digest(Digest.Algorithm.SHA256, "1".repeat(64));
    Digest two = new Digest(Digest.Algorithm.SHA256, "2".repeat(64));
    Digest blake = new Digest(Digest.Algorithm.BLAKE3, "1".repeat(64));
    assertThat(one).isLessThan(two).isLessThan(blake).isEqualByComparingTo(one);
    assertThat(two).isLessThan(blake).isGreaterThan(one);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sha256",
        "sha256:",
        ":00",
        "sha256:../../x",
        "sha256:../../../../../../../../../../../../../../../../../../../../../../etc",
        "sha256:0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F",
        "sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0",
        "sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0",
        "SHA256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
        "md5:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
      })
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> Digest.parse(text))
        .isInstanceOfSatisfying(OcifsException.class, e -> assertThat(e.rule()).isEqualTo(26));
  }
}
