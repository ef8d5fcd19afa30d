package dev.ocifs.tests.bench.graph;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.graph.LayerGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Graphs as a store meets them, with one cycle at the place that is reached last or none. */
public enum Shape {
  /** The layers of 1,000 images: each names the one below it; eight of its own on ten of a base. */
  LAYERS {
    @Override
    List<Digest> build(Map<Digest, List<Digest>> edges, boolean cycle) {
      List<Digest> tops = new ArrayList<>();
      for (int image = 0; image < 1_000; image++) {
        for (int layer = 0; layer < 17; layer++) {
          edges.put(layer(image, layer), List.of(layer(image, layer + 1)));
        }
        tops.add(layer(image, 0));
      }
      if (cycle) {
        edges.put(layer(999, 5), List.of(layer(999, 2)));
      }
      return tops;
    }

    private Digest layer(int image, int layer) {
      return layer < 8 ? node(100 * image + layer) : node(1_000_000 + 100 * (image % 20) + layer);
    }
  },

  /** Indexes in indexes: eight in each, four deep, and each names one of its neighbours too. */
  INDEXES {
    @Override
    List<Digest> build(Map<Digest, List<Digest>> edges, boolean cycle) {
      int inner = (8 * 8 * 8 * 8 - 1) / 7;
      for (int index = 0; index < inner; index++) {
        List<Digest> named = new ArrayList<>();
        for (int child = 8 * index + 1; child <= 8 * index + 8; child++) {
          named.add(node(child));
        }
        named.add(node(8 * index + 9));
        edges.put(node(index), named);
      }
      if (cycle) {
        int last = 8 * inner;
        edges.put(node(last), List.of(node((last - 1) / 8 - 1)));
        edges.put(node((last - 1) / 8 - 1), List.of(node(last)));
      }
      return List.of(node(0));
    }
  };

  private static final long SEED = 42;

  /** Writes the edges; returns the roots. */
  abstract List<Digest> build(Map<Digest, List<Digest>> edges, boolean cycle);

  /** A new digest on each call, as parsing makes them: equal ones are not the same object. */
  private static Digest node(int n) {
    byte[] hash = new byte[32];
    new SplittableRandom(SEED + n).nextBytes(hash);
    return Digest.sha256(hash);
  }

  /** A graph, where its searches begin, and whether they should find a cycle. */
  record Graph(List<Digest> roots, LayerGraph edges, boolean cycle) {}

  Graph graph(boolean cycle) {
    Map<Digest, List<Digest>> edges = new HashMap<>();
    List<Digest> roots = build(edges, cycle);
    return new Graph(roots, digest -> edges.getOrDefault(digest, List.of()), cycle);
  }
}
