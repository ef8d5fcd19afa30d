package dev.ocifs.layerfs;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.OcifsException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
  private final Digest a = digest("a");
  private final Digest b = digest("b");
  private final Digest c = digest("c");

  @Test
  void chainsThatComeBackToThemselvesAcrossImagesAreAnErrorThatNamesTheWay() {
    List<List<Digest>> forged = List.of(List.of(a, b), List.of(b, c), List.of(c, a));
    assertThatThrownBy(() -> BatchPlan.checkChains(forged))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining(
            "layers lie on themselves: " + a + " -> " + c + " -> " + b + " -> " + a);
  }

  @Test
  void aChainIdAtTwoDepthsOfOneStackIsAnError() {
    assertThatThrownBy(() -> BatchPlan.checkChains(List.of(List.of(a, b, a))))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining(a + " -> " + b + " -> " + a);
  }

  @Test
  void aLayerMayStandInAStackTwiceAndStacksMayShareTheirBases() {
    List<List<Digest>> honest =
        List.of(ChainId.ofEach(List.of(a, b, a)), ChainId.ofEach(List.of(a, b, c)), List.of());
    assertThatCode(() -> BatchPlan.checkChains(honest)).doesNotThrowAnyException();
  }

  private static Digest digest(String content) {
    return Hasher.hash(Digest.Algorithm.SHA256, content.getBytes(StandardCharsets.US_ASCII));
  }
}
