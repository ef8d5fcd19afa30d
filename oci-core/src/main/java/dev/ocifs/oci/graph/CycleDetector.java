package dev.ocifs.oci.graph;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Finds a way round in a graph: a depth-first search, keyed by digest, that asks for the successors
 * of each content once.
 *
 * <p>Iterative, so that a chain may be as long as memory allows. Not thread-safe.
 */
public final class CycleDetector {
  private enum State {
    /** On the way from the root to where the search is. */
    OPEN,
    /** Searched: no cycle can be reached from it. */
    DONE
  }

  /** A content on the way, and what it refers to that is still to be searched. */
  private record Step(Digest digest, Iterator<Digest> rest) {}

  private final LayerGraph graph;
  private final Map<Digest, State> states = new HashMap<>();

  public CycleDetector(LayerGraph graph) {
    this.graph = graph;
  }

  /**
   * Searches from {@code root}.
   *
   * @return the cycle, its first digest repeated at the end; empty when none can be reached.
   *     Searching again from elsewhere skips what has been searched
   */
  public List<Digest> findCycle(Digest root) throws IOException {
    if (states.containsKey(root)) {
      return List.of();
    }
    Deque<Step> way = new ArrayDeque<>();
    way.addLast(open(root));
    while (!way.isEmpty()) {
      Step step = way.getLast();
      if (!step.rest.hasNext()) {
        states.put(step.digest, State.DONE);
        way.removeLast();
        continue;
      }
      Digest next = step.rest.next();
      State state = states.get(next);
      if (state == State.OPEN) {
        return cycle(way, next);
      }
      if (state == null) {
        way.addLast(open(next));
      }
    }
    return List.of();
  }

  private Step open(Digest digest) throws IOException {
    states.put(digest, State.OPEN);
    return new Step(digest, graph.successors(digest).iterator());
  }

  private static List<Digest> cycle(Deque<Step> way, Digest first) {
    List<Digest> cycle = new ArrayList<>();
    for (Step step : way) {
      if (!cycle.isEmpty() || step.digest.equals(first)) {
        cycle.add(step.digest);
      }
    }
    cycle.add(first);
    return cycle;
  }
}
