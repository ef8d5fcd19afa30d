package dev.ocifs.oci.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Digest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DigestTableTest {
  private static final int COLLIDING = 1 << 8;

  private final DigestTable table = new DigestTable();

  @Test
  void numbersDigestsInTheirOrder() {
    SplittableRandom random = new SplittableRandom(1);
    List<Digest> digests = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      byte[] hash = new byte[32];
      random.nextBytes(hash);
      digests.add(Digest.sha256(hash));
      assertThat(table.number(digests.get(i))).isEqualTo(i);
    }
    for (int i = 0; i < 10_000; i++) {
      Digest equal = new Digest(Digest.Algorithm.SHA256, digests.get(i).hex());
      assertThat(table.number(equal)).isEqualTo(i);
      assertThat(table.digest(i)).isSameAs(digests.get(i));
    }
    assertThat(table.size()).isEqualTo(10_000);
    assertThat(table.keyed()).isFalse();
  }

  @Test
  void tellsAlgorithmsApart() {
    String hex = "0".repeat(64);
    assertThat(table.number(new Digest(Digest.Algorithm.SHA256, hex))).isZero();
    assertThat(table.number(new Digest(Digest.Algorithm.BLAKE3, hex))).isEqualTo(1);
  }

  @Test
  void goesOverToAKeyedHashWhenDigestsAreMadeToCollide() {
    List<Digest> colliding = colliding();
    assertThat(colliding.stream().map(d -> d.hex().hashCode()).distinct()).hasSize(1);
    for (int i = 0; i < colliding.size(); i++) {
      assertThat(table.number(colliding.get(i))).isEqualTo(i);
    }
    assertThat(table.keyed()).isTrue();
    for (int i = 0; i < colliding.size(); i++) {
      assertThat(table.number(colliding.get(i))).isEqualTo(i);
    }
  }

  @Test
  void theKeyedHashIsEven() {
    int different =
        (int) colliding().stream().mapToInt(d -> DigestTable.keyedHash(d.hex())).distinct().count();
    assertThat(different).isGreaterThan(COLLIDING - 3);
  }

  /** Digests that share one hash of String: two blocks of eight digits that do, in all orders. */
  private static List<Digest> colliding() {
    Map<Integer, String> seen = new HashMap<>();
    String other = "";
    String one = "";
    for (int i = 0; one.isEmpty(); i++) {
      other = String.format("%08x", i * 0x9E3779B9);
      String before = seen.putIfAbsent(other.hashCode(), other);
      one = before == null ? "" : before;
    }
    List<Digest> digests = new ArrayList<>();
    for (int i = 0; i < COLLIDING; i++) {
      StringBuilder hex = new StringBuilder();
      for (int bit = 0; bit < 8; bit++) {
        hex.append((i >> bit & 1) == 0 ? one : other);
      }
      digests.add(new Digest(Digest.Algorithm.SHA256, hex.toString()));
    }
    return digests;
  }
}
