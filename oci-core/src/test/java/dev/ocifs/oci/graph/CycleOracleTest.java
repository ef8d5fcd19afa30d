package dev.ocifs.oci.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Small random graphs, beside searches that are too simple to be wrong. */
final class CycleOracleTest {
  private static final long SEED = 20_240_611;
  private static final int GRAPHS = 5_000;

  @Test
  void agreesWithTheOracle() throws IOException {
    int cyclic = 0;
    for (int i = 0; i < GRAPHS; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      int size = 1 + random.nextInt(9);
      Nodes graph = random(size, random.nextInt(2 * size + 1), random);
      Optional<Cycle> found = CycleDetector.find(Nodes.nodes(0, size / 2), graph);
      assertThat(graph.asked()).as("seed %d", SEED + i).isLessThanOrEqualTo(size);
      Set<Digest> reachable = below(Nodes.nodes(0, size / 2), graph);
      assertThat(found.isPresent())
          .as("seed %d", SEED + i)
          .isEqualTo(reachable.stream().anyMatch(n -> roundTrip(n, graph) > 0));
      if (found.isPresent()) {
        cyclic++;
        assertShortest(found.get(), graph, SEED + i);
      }
    }
    assertThat(cyclic).isBetween(GRAPHS / 4, GRAPHS * 3 / 4);
  }

  /** Each step is an edge, no node comes twice, and no node entangled with it has a shorter way. */
  private static void assertShortest(Cycle cycle, Nodes graph, long seed) {
    List<Digest> way = cycle.digests();
    for (int i = 0; i < cycle.length(); i++) {
      assertThat(graph.successors(way.get(i))).as("seed %d", seed).contains(way.get(i + 1));
    }
    assertThat(way.subList(1, way.size())).as("seed %d", seed).doesNotHaveDuplicates();
    for (Digest node : below(way, graph)) {
      if (below(List.of(node), graph).contains(way.getFirst())) {
        assertThat(roundTrip(node, graph))
            .as("seed %d", seed)
            .isGreaterThanOrEqualTo(cycle.length());
      }
    }
  }

  private static Nodes random(int size, int edges, SplittableRandom random) {
    Nodes graph = new Nodes();
    for (int i = 0; i < edges; i++) {
      graph.edge(random.nextInt(size), random.nextInt(size));
    }
    return graph;
  }

  private static Set<Digest> below(List<Digest> roots, Nodes graph) {
    Set<Digest> seen = new HashSet<>();
    roots.forEach(root -> visit(root, graph, seen));
    return seen;
  }

  private static void visit(Digest node, Nodes graph, Set<Digest> seen) {
    if (seen.add(node)) {
      graph.successors(node).forEach(next -> visit(next, graph, seen));
    }
  }

  /** The length of the shortest way from the node back to it, 0 when there is none. */
  private static int roundTrip(Digest node, Nodes graph) {
    Set<Digest> seen = new HashSet<>();
    List<Digest> level = List.of(node);
    for (int length = 1; !level.isEmpty(); length++) {
      List<Digest> next = new ArrayList<>();
      for (Digest from : level) {
        graph.successors(from).stream().filter(seen::add).forEach(next::add);
      }
      if (seen.contains(node)) {
        return length;
      }
      level = next;
    }
    return 0;
  }
}
