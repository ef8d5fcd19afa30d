package dev.ocifs.layerfs.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Digest.Algorithm;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MetadataKeyTest {
  private static final String HEX =
      "0123456789abcdef1123456789abcdef2123456789abcdef3123456789abcdef";
  private static final Digest DIGEST = new Digest(Algorithm.SHA256, HEX);

  @Test
  void isEqualToOneMadeOfTheSame() {
    assertThat(new MetadataKey<>(String.class, DIGEST, 7))
        .isEqualTo(new MetadataKey<>(String.class, new Digest(Algorithm.SHA256, HEX), 7))
        .hasSameHashCodeAs(new MetadataKey<>(String.class, DIGEST, 7));
  }

  @Test
  void tellsTypesNumbersAndAlgorithmsApart() {
    MetadataKey<?> key = new MetadataKey<>(String.class, DIGEST);
    assertThat(key)
        .isNotEqualTo(new MetadataKey<>(Integer.class, DIGEST))
        .isNotEqualTo(new MetadataKey<>(String.class, DIGEST, 1))
        .isNotEqualTo(new MetadataKey<>(String.class, new Digest(Algorithm.BLAKE3, HEX)))
        .isNotEqualTo(new MetadataKey<>(String.class, new Digest(Algorithm.SHA512, HEX + HEX)));
  }

  @Test
  void tellsDigestsApartThatDifferInOneDigit() {
    Set<MetadataKey<?>> keys = new HashSet<>();
    for (int at = 0; at < HEX.length(); at++) {
      String other = HEX.substring(0, at) + 'e' + HEX.substring(at + 1);
      keys.add(new MetadataKey<>(String.class, new Digest(Algorithm.SHA256, other)));
    }
    // Four of the digits are an 'e' already: their replacements are all the same digest.
    assertThat(keys).hasSize(HEX.length() - 3);
  }

  @Test
  void spreadsDigestsThatHaveTheirFirstHalfInCommon() {
    Set<Integer> chains = new HashSet<>();
    for (int i = 0; i < 1024; i++) {
      chains.add(new MetadataKey<>(String.class, DIGEST, i).hashCode() & 1023);
    }
    // Of 1024 drawn at random, about 647 would differ.
    assertThat(chains).hasSizeGreaterThan(300);
  }

  @Test
  void refusesNumbersThatItCannotHold() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MetadataKey<>(String.class, DIGEST, -1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MetadataKey<>(String.class, DIGEST, 1L << 56));
  }

  @Test
  void namesTypeAndDigest() {
    assertThat(new MetadataKey<>(String.class, DIGEST)).hasToString("String 0123456789abcdef…");
  }
}
