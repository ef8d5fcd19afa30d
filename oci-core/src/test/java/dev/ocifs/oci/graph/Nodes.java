package dev.ocifs.oci.graph;

import dev.ocifs.oci.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A graph written down by numbers, which counts how often it is asked. */
final class Nodes implements LayerGraph {
  private final Map<Digest, List<Digest>> edges = new HashMap<>();
  private int asked;

  static Digest node(int n) {
    return new Digest(Digest.Algorithm.SHA256, String.format("%064x", n));
  }

  static List<Digest> nodes(int... numbers) {
    return Arrays.stream(numbers).mapToObj(Nodes::node).toList();
  }

  /** Adds edges; a node that has some keeps them. */
  Nodes edge(int from, int... to) {
    edges.computeIfAbsent(node(from), n -> new ArrayList<>()).addAll(nodes(to));
    return this;
  }

  @Override
  public List<Digest> successors(Digest digest) {
    asked++;
    return edges.getOrDefault(digest, List.of());
  }

  int asked() {
    return asked;
  }
}
