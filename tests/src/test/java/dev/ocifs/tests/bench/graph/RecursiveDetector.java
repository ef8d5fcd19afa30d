package dev.ocifs.tests.bench.graph;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.graph.LayerGraph;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The textbook's search, for comparison: recursive, with each digest copied into a string for its
 * path and sets. As linear as ours, but only as deep as the thread's stack; reports the first cycle
 * it meets.
 */
final class RecursiveDetector {
  private final LayerGraph graph;
  private final Set<String> done = new HashSet<>();
  private final Set<String> open = new HashSet<>();
  private final List<String> path = new ArrayList<>();

  private RecursiveDetector(LayerGraph graph) {
    this.graph = graph;
  }

  static Optional<List<String>> find(Iterable<Digest> roots, LayerGraph graph) throws IOException {
    RecursiveDetector detector = new RecursiveDetector(graph);
    for (Digest root : roots) {
      if (detector.closes(root)) {
        return Optional.of(detector.path);
      }
    }
    return Optional.empty();
  }

  private boolean closes(Digest digest) throws IOException {
    String name = digest.toString();
    if (done.contains(name)) {
      return false;
    }
    path.add(name);
    if (!open.add(name)) {
      path.subList(0, path.indexOf(name)).clear();
      return true;
    }
    for (Digest next : graph.successors(digest)) {
      if (closes(next)) {
        return true;
      }
    }
    path.removeLast();
    open.remove(name);
    done.add(name);
    return false;
  }
}
