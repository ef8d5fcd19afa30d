package dev.ocifs.oci.graph;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds a cycle among contents that name each other by digest, by depth-first search on a stack of
 * its own: linear in nodes and edges, and as deep as memory goes.
 *
 * <p>An honest content cannot name itself, its digest would have to be known before it; a cycle
 * proves that some content is not what its digest says.
 */
public final class CycleDetector {
  private CycleDetector() {}

  /**
   * Searches everything that can be reached from {@code roots}, and asks {@code graph} once for
   * each digest.
   *
   * @return the first cycle found, as the digests along it, the first one repeated at the end;
   *     empty when there is none
   */
  public static Optional<List<Digest>> find(Iterable<Digest> roots, LayerGraph graph)
      throws IOException {
    Set<Digest> done = new HashSet<>();
    Set<Digest> open = new HashSet<>();
    Deque<Frame> path = new ArrayDeque<>();
    for (Digest root : roots) {
      if (done.contains(root)) {
        continue;
      }
      push(root, graph, path, open);
      while (!path.isEmpty()) {
        Frame top = path.getLast();
        if (!top.rest.hasNext()) {
          path.removeLast();
          open.remove(top.digest);
          done.add(top.digest);
          continue;
        }
        Digest next = top.rest.next();
        if (open.contains(next)) {
          return Optional.of(cycle(path, next));
        }
        if (!done.contains(next)) {
          push(next, graph, path, open);
        }
      }
    }
    return Optional.empty();
  }

  private static void push(Digest digest, LayerGraph graph, Deque<Frame> path, Set<Digest> open)
      throws IOException {
    path.addLast(new Frame(digest, graph.successors(digest).iterator()));
    open.add(digest);
  }

  private static List<Digest> cycle(Deque<Frame> path, Digest closing) {
    List<Digest> cycle = new ArrayList<>();
    for (Frame frame : path) {
      if (!cycle.isEmpty() || frame.digest.equals(closing)) {
        cycle.add(frame.digest);
      }
    }
    cycle.add(closing);
    return List.copyOf(cycle);
  }

  /** A digest on the current path, and what it names that was not followed yet. */
  private record Frame(Digest digest, Iterator<Digest> rest) {}
}
