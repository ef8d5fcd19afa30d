package dev.ocifs.oci.graph;

import static dev.ocifs.oci.graph.Nodes.node;
import static dev.ocifs.oci.graph.Nodes.nodes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CycleTest {

  @Test
  void printsTheWayRound() {
    assertThat(new Cycle(nodes(1, 2, 1)))
        .hasToString(node(1) + " -> " + node(2) + " -> " + node(1));
  }

  @Test
  void countsTheMiddleOfALongWay() {
    Cycle cycle = new Cycle(nodes(IntStream.rangeClosed(0, 1000).map(i -> i % 1000).toArray()));
    assertThat(cycle.length()).isEqualTo(1000);
    assertThat(cycle.toString())
        .hasSizeLessThan(1500)
        .startsWith(node(0) + " -> " + node(1) + " -> ")
        .contains(node(7) + " -> (985 more) -> " + node(993))
        .endsWith(node(999) + " -> " + node(0));
  }

  @Test
  void comesBackToWhereItBegins() {
    assertThatThrownBy(() -> new Cycle(nodes(1, 2))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Cycle(List.of())).isInstanceOf(IllegalArgumentException.class);
  }
}
