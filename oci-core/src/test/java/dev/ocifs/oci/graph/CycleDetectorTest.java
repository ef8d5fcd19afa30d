package dev.ocifs.oci.graph;

import static dev.ocifs.oci.graph.Nodes.node;
import static dev.ocifs.oci.graph.Nodes.nodes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CycleDetectorTest {
  private final Nodes graph = new Nodes();

  private List<Digest> find(int... roots) throws IOException {
    return CycleDetector.find(nodes(roots), graph).map(Cycle::digests).orElse(List.of());
  }

  @Test
  void aDiamondIsNoCycleAndEachNodeIsAskedOnce() throws IOException {
    graph.edge(1, 2, 3).edge(2, 4).edge(3, 4, 4);
    assertThat(find(1, 1, 3)).isEmpty();
    assertThat(graph.asked()).isEqualTo(4);
  }

  @Test
  void nothingHasNoCycle() throws IOException {
    assertThat(find()).isEmpty();
    assertThat(find(1)).isEmpty();
  }

  @Test
  void findsANodeThatNamesItself() throws IOException {
    graph.edge(1, 1);
    assertThat(find(1)).isEqualTo(nodes(1, 1));
  }

  @Test
  void findsANodeBelowOthersThatNamesItself() throws IOException {
    graph.edge(1, 2).edge(2, 3, 2);
    assertThat(find(1)).isEqualTo(nodes(2, 2));
  }

  @Test
  void reportsTheCycleWithoutTheWayToIt() throws IOException {
    graph.edge(1, 2).edge(2, 9, 3).edge(3, 4).edge(4, 2);
    assertThat(find(1)).isEqualTo(nodes(2, 3, 4, 2));
  }

  @Test
  void findsACycleBehindALaterRoot() throws IOException {
    graph.edge(5, 6).edge(6, 5);
    assertThat(find(1, 5)).isEqualTo(nodes(5, 6, 5));
  }

  @Test
  void reportsTheShorterOfTwoCyclesThatShareANode() throws IOException {
    graph.edge(1, 2, 7).edge(2, 3).edge(3, 4).edge(4, 1).edge(7, 1);
    assertThat(find(1)).isEqualTo(nodes(1, 7, 1));
  }

  @Test
  void reportsTheShorterCycleBelowTheOneMetFirst() throws IOException {
    graph.edge(1, 2).edge(2, 3).edge(3, 1, 4).edge(4, 5).edge(5, 4);
    assertThat(find(1)).isEqualTo(nodes(4, 5, 4));
  }

  @Test
  void takesTheShortcutOfACycle() throws IOException {
    graph.edge(1, 2).edge(2, 3).edge(3, 4).edge(4, 1).edge(2, 4);
    assertThat(find(1)).isEqualTo(nodes(1, 2, 4, 1));
  }

  @Test
  void goesOnUpWhenALaterEdgeNamesAHigherNode() throws IOException {
    // 4 -> 3 -> 4 is met first, then 3 -> 1; the shortest way leads through 1 and its second edge.
    graph.edge(1, 2, 8).edge(2, 3).edge(3, 4, 1).edge(4, 5).edge(5, 3).edge(8, 1);
    assertThat(find(1)).isEqualTo(nodes(1, 8, 1));
  }

  @Test
  void readsNothingMoreOnceTheKnotIsKnown() throws IOException {
    graph.edge(1, 2, 9).edge(2, 3).edge(3, 2).edge(9, 10);
    assertThat(find(1)).isEqualTo(nodes(2, 3, 2));
    assertThat(graph.asked()).isEqualTo(3);
  }

  @Test
  void aContentThatCannotBeReadDoesNotHideAKnownCycle() throws IOException {
    graph.edge(1, 2).edge(2, 1, 3);
    LayerGraph broken =
        digest -> {
          if (digest.equals(node(3))) {
            throw new IOException("gone");
          }
          return graph.successors(digest);
        };
    assertThat(CycleDetector.find(nodes(1), broken).map(Cycle::digests)).contains(nodes(1, 2, 1));
    assertThatThrownBy(() -> CycleDetector.find(nodes(3), broken)).hasMessage("gone");
  }

  @Test
  void goesAMillionDeep() throws IOException {
    int depth = 1_000_000;
    List<Digest> chain = nodes(IntStream.rangeClosed(0, depth).toArray());
    int[] asked = {0};
    LayerGraph parents =
        digest -> {
          asked[0]++;
          int next = Integer.parseInt(digest.hex(), 48, 64, 16) + 1;
          return next <= depth ? List.of(chain.get(next)) : List.of();
        };
    assertThat(CycleDetector.find(List.of(node(0)), parents)).isEmpty();
    assertThat(asked[0]).isEqualTo(depth + 1);
    LayerGraph ring = d -> d.equals(chain.get(depth)) ? nodes(1) : parents.successors(d);
    Cycle cycle = CycleDetector.find(List.of(node(0)), ring).orElseThrow();
    assertThat(cycle.length()).isEqualTo(depth);
    assertThat(cycle.digests().getFirst()).isEqualTo(node(1));
  }
}
