package dev.ocifs.oci.graph;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The shortest cycle through one of some nodes, by breadth-first search from each. A search ends
 * where it could only find a longer way than is known; all after the first share a budget, so that
 * a tangle of cycles made to be slow costs milliseconds.
 */
final class ShortestCycle {
  /** Edges looked at after the first search; exact for 2,000 targets with 2,000 edges. */
  private static final long BUDGET_EDGES = 4L << 20;

  private final Edges edges;
  private final BitSet targets = new BitSet();
  private long looked;

  ShortestCycle(Edges edges) {
    this.edges = edges;
  }

  /** Adds a node that lies on a cycle. */
  void addTarget(int node) {
    targets.set(node);
  }

  /**
   * The nodes along the cycle, the first one repeated at the end.
   *
   * @param nodes one more than the largest node
   */
  int[] find(int nodes) {
    int[] previous = new int[nodes];
    int[] seenBy = new int[nodes];
    int[] queue = new int[nodes];
    int[] shortest = {};
    int limit = Integer.MAX_VALUE;
    int search = 0;
    for (int from = targets.nextSetBit(0); from >= 0; from = targets.nextSetBit(from + 1)) {
      search++;
      int length = lengthFrom(from, limit, search, previous, seenBy, queue);
      if (length < limit) {
        shortest = way(from, length, previous);
        limit = length;
      }
      if (search == 1) {
        looked = 0;
      } else if (looked > BUDGET_EDGES) {
        break;
      }
    }
    return shortest;
  }

  /** How many edges lead from the node back to it; {@code limit} when there are not fewer. */
  private int lengthFrom(
      int from, int limit, int search, int[] previous, int[] seenBy, int[] queue) {
    int head = 0;
    int tail = 0;
    int levelEnd = 1;
    int length = 1;
    queue[tail++] = from;
    while (head < tail && length < limit) {
      int node = queue[head++];
      for (int i = edges.first(node); edges.at(i) != Edges.END; i++) {
        looked++;
        int next = edges.at(i);
        if (next == from) {
          previous[from] = node;
          return length;
        }
        if (seenBy[next] != search) {
          seenBy[next] = search;
          previous[next] = node;
          queue[tail++] = next;
        }
      }
      if (head == levelEnd) {
        levelEnd = tail;
        length++;
      }
    }
    return limit;
  }

  private static int[] way(int from, int length, int[] previous) {
    int[] way = new int[length + 1];
    Arrays.fill(way, from);
    for (int i = length - 1; i > 0; i--) {
      way[i] = previous[way[i + 1]];
    }
    return way;
  }
}
