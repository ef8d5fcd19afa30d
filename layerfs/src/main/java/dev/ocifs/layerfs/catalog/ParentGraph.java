package dev.ocifs.layerfs.catalog;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.graph.Cycle;
import dev.ocifs.oci.graph.CycleDetector;
import java.io.IOException;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which layer lies on which, in all images of a catalog: each layer at its place, named by its
 * chain ID, with the chain ID of the one below, or with none. By diffID there would be honest
 * cycles: a stack may hold one layer twice.
 */
final class ParentGraph {
  private ParentGraph() {}

  static Map<Digest, List<Digest>> read(Session session) throws SQLException {
    Map<Digest, Set<Digest>> below = new LinkedHashMap<>();
    session.query(
        Sql.GRAPH,
        row -> {
          Set<Digest> lower =
              below.computeIfAbsent(Session.digest(row, 1), d -> new LinkedHashSet<>());
          return row.getString(2) == null || lower.add(Session.digest(row, 2));
        });
    Map<Digest, List<Digest>> graph = new LinkedHashMap<>();
    below.forEach((upper, lower) -> graph.put(upper, List.copyOf(lower)));
    return graph;
  }

  /** A chain ID is made of the one below: none can lie on itself, unless somebody wrote that. */
  static void check(Session session) throws SQLException {
    Map<Digest, List<Digest>> graph = read(session);
    Optional<Cycle> cycle;
    try {
      cycle = CycleDetector.find(graph.keySet(), d -> graph.getOrDefault(d, List.of()));
    } catch (IOException e) {
      throw new IllegalStateException("a map throws nothing", e);
    }
    if (cycle.isPresent()) {
      throw Session.damage("layers lie on themselves: " + cycle.get());
    }
  }
}
