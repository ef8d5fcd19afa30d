package dev.ocifs.oci.graph;

import java.util.Arrays;

/**
 * The edges of a graph whose nodes are numbers, in one array: those of a node stand one after the
 * other and end with {@link #END}. Written node by node; nodes that were not written have none.
 */
final class Edges {
  static final int END = -1;

  /** By node: the position of its first edge. Position 0 is that of nodes that have none. */
  private int[] first = new int[48];

  private int[] targets = new int[96];
  private int used;

  Edges() {
    add(END);
  }

  /** Begins the edges of {@code node}; returns their position. */
  int begin(int node) {
    if (node >= first.length) {
      first = Arrays.copyOf(first, Math.max(node + 1, 2 * first.length));
    }
    first[node] = used;
    return used;
  }

  void add(int target) {
    if (used == targets.length) {
      targets = Arrays.copyOf(targets, 2 * used);
    }
    targets[used++] = target;
  }

  /** Ends the edges of the node begun last. */
  void end() {
    add(END);
  }

  /** The position of the first edge of {@code node}. */
  int first(int node) {
    return node < first.length ? first[node] : 0;
  }

  /** The target at the position, {@link #END} after the last one of a node. */
  int at(int position) {
    return targets[position];
  }
}
