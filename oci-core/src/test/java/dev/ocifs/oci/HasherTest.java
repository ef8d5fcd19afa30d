package dev.ocifs.oci;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HasherTest {
  private static final byte[] ABC = "abc".getBytes(US_ASCII);

  @Test
  void knowsTheVectorsOfEachAlgorithm() {
    assertThat(Hasher.hash(Digest.Algorithm.SHA256, ABC))
        .hasToString("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(Hasher.hash(Digest.Algorithm.SHA512, ABC).hex())
        .startsWith("ddaf35a193617abacc417349ae204131")
        .endsWith("2a9ac94fa54ca49f");
    assertThat(Hasher.hash(Digest.Algorithm.BLAKE3, ABC))
        .hasToString("blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
  }

  @Test
  void piecesGiveTheDigestOfTheWholeAndTheHasherStartsAgain() {
    for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
      Hasher hasher = Hasher.of(algorithm);
      for (int round = 0; round < 2; round++) {
        hasher.update(ABC, 0, 1);
        hasher.update(ABC, 1, 2);
        assertThat(hasher.digest()).isEqualTo(Hasher.hash(algorithm, ABC));
      }
    }
  }

  @Test
  void aCopyGoesItsOwnWay() {
    for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
      Hasher hasher = Hasher.of(algorithm);
      hasher.update(ABC, 0, 1);
      Hasher copy = hasher.copy();
      hasher.update(ABC, 0, 3);
      copy.update(ABC, 1, 2);
      assertThat(copy.digest()).isEqualTo(Hasher.hash(algorithm, ABC));
      assertThat(hasher.digest()).isEqualTo(Hasher.hash(algorithm, "aabc".getBytes(US_ASCII)));
    }
  }

  @Test
  void chainIdsFollowTheSpecification() {
    Digest a = Hasher.hash(Digest.Algorithm.SHA256, ABC);
    Digest b = Hasher.hash(Digest.Algorithm.SHA256, new byte[0]);
    byte[] both = (a + " " + b).getBytes(US_ASCII);
    assertThat(ChainId.ofEach(List.of(a, b)))
        .containsExactly(a, Hasher.hash(Digest.Algorithm.SHA256, both));
    assertThat(ChainId.ofEach(List.of())).isEmpty();
  }
}
