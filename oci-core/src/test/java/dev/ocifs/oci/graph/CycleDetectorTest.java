package dev.ocifs.oci.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CycleDetectorTest {
  private final Map<Digest, List<Digest>> edges = new HashMap<>();
  private int asked;

  private static Digest node(int n) {
    return new Digest(Digest.Algorithm.SHA256, String.format("%064x", n));
  }

  private List<Digest> successors(Digest digest) {
    asked++;
    return edges.getOrDefault(digest, List.of());
  }

  private void edge(int from, Integer... to) {
    edges.put(node(from), List.of(to).stream().map(CycleDetectorTest::node).toList());
  }

  private List<Digest> find(int... roots) throws IOException {
    List<Digest> all = Arrays.stream(roots).mapToObj(CycleDetectorTest::node).toList();
    return CycleDetector.find(all, this::successors).orElse(List.of());
  }

  @Test
  void aDiamondIsNoCycleAndEachNodeIsAskedOnce() throws IOException {
    edge(1, 2, 3);
    edge(2, 4);
    edge(3, 4, 4);
    assertThat(find(1, 1, 3)).isEmpty();
    assertThat(asked).isEqualTo(4);
  }

  @Test
  void findsANodeThatNamesItself() throws IOException {
    edge(1, 1);
    assertThat(find(1)).containsExactly(node(1), node(1));
  }

  @Test
  void reportsTheCycleWithoutTheWayToIt() throws IOException {
    edge(1, 2);
    edge(2, 9, 3);
    edge(3, 4);
    edge(4, 2);
    assertThat(find(1)).containsExactly(node(2), node(3), node(4), node(2));
  }

  @Test
  void findsACycleBehindALaterRoot() throws IOException {
    edge(5, 6);
    edge(6, 5);
    assertThat(find(1, 5)).containsExactly(node(5), node(6), node(5));
  }

  @Test
  void goesAHundredThousandDeep() throws IOException {
    int depth = 100_000;
    for (int i = 0; i < depth; i++) {
      edge(i, i + 1);
    }
    assertThat(find(0)).isEmpty();
    assertThat(asked).isEqualTo(depth + 1);
    edge(depth, 0);
    assertThat(find(0)).hasSize(depth + 2);
  }
}
