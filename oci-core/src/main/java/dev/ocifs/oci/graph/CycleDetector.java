package dev.ocifs.oci.graph;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Finds a cycle among contents that name each other by digest, and the shortest way round it.
 *
 * <p>An honest content cannot name itself, its digest would have to be known before it; a cycle
 * proves that some content is not what its digest says.
 *
 * <p>A depth-first search on a stack of its own, linear in nodes and edges and as deep as memory
 * goes. {@link DigestTable} numbers the digests as they are seen; everything else is kept by number
 * in arrays of ints that double when full: 12 bytes a node, 8 for each node on the path and 4 an
 * edge, beside the table.
 *
 * <ul>
 *   <li>A node is white (not entered: 0), grey (on the path: its depth, counted from 1) or black
 *       (all it leads to was seen: -1). An edge to a grey node closes a cycle.
 *   <li>Every cycle below a root contains such an edge, so the shortest one leads through the
 *       target of one. When the first is met the search goes on only until the highest grey node
 *       that was named is done: all cycles entangled with the first are known then. {@link
 *       ShortestCycle} looks from the targets along the edges that were recorded.
 * </ul>
 */
public final class CycleDetector {
  private static final int WHITE = 0;
  private static final int BLACK = -1;

  private final LayerGraph graph;
  private final DigestTable table = new DigestTable();
  private final Edges edges = new Edges();
  private final ShortestCycle cycles = new ShortestCycle(edges);

  /** By node. */
  private int[] state = new int[48];

  /** By depth: the node, and the position of its next edge. */
  private int[] path = new int[16];

  private int[] cursor = new int[16];
  private int depth;

  private CycleDetector(LayerGraph graph) {
    this.graph = graph;
  }

  /**
   * Searches everything that can be reached from {@code roots}, and asks {@code graph} at most once
   * for each digest. When there are several cycles the one returned is the shortest of those that
   * are entangled with the one met first (of very large tangles the shortest that was found in
   * bounded time).
   *
   * @return empty when there is no cycle
   * @throws IOException what the graph throws, unless a cycle is known by then
   */
  public static Optional<Cycle> find(Iterable<Digest> roots, LayerGraph graph) throws IOException {
    CycleDetector detector = new CycleDetector(graph);
    for (Digest root : roots) {
      if (detector.closesBelow(detector.number(root))) {
        return Optional.of(detector.shortest());
      }
    }
    return Optional.empty();
  }

  private boolean closesBelow(int root) throws IOException {
    if (state[root] != WHITE) {
      return false;
    }
    int highest = Integer.MAX_VALUE;
    enter(root);
    while (depth > 0 && (depth >= highest || highest == Integer.MAX_VALUE)) {
      int node = path[depth - 1];
      int next = edges.at(cursor[depth - 1]++);
      if (next == Edges.END) {
        state[node] = BLACK;
        depth--;
      } else if (state[next] == WHITE) {
        try {
          enter(next);
        } catch (IOException e) {
          if (highest == Integer.MAX_VALUE) {
            throw e;
          }
          return true;
        }
      } else if (state[next] != BLACK) {
        highest = Math.min(highest, state[next]);
        cycles.addTarget(next);
      }
    }
    return highest != Integer.MAX_VALUE;
  }

  private void enter(int node) throws IOException {
    if (depth == path.length) {
      path = Arrays.copyOf(path, 2 * depth);
      cursor = Arrays.copyOf(cursor, 2 * depth);
    }
    Iterable<Digest> successors = graph.successors(table.digest(node));
    path[depth] = node;
    cursor[depth] = edges.begin(node);
    state[node] = ++depth;
    for (Digest successor : successors) {
      edges.add(number(successor));
    }
    edges.end();
  }

  private int number(Digest digest) {
    int number = table.number(digest);
    if (number == state.length) {
      state = Arrays.copyOf(state, 2 * number);
    }
    return number;
  }

  private Cycle shortest() {
    return new Cycle(Arrays.stream(cycles.find(table.size())).mapToObj(table::digest).toList());
  }
}
