package dev.ocifs.tests.bench.cache;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The LRU cache that evicts by looking at every entry for the oldest time of use: O(n). */
final class ScanningLru<K> {

  private static final class Node {
    final Object value;
    long used;

    Node(Object value, long used) {
      this.value = value;
      this.used = used;
    }
  }

  private final Map<K, Node> nodes;
  private final int maxEntries;
  private long clock;

  ScanningLru(int maxEntries) {
    this.maxEntries = maxEntries;
    nodes = HashMap.newHashMap(maxEntries + 1);
  }

  @Nullable Object get(K key) {
    Node node = nodes.get(key);
    if (node == null) {
      return null;
    }
    node.used = clock++;
    return node.value;
  }

  void put(K key, Object value) {
    nodes.put(key, new Node(value, clock++));
    if (nodes.size() > maxEntries) {
      K oldest = key;
      long least = Long.MAX_VALUE;
      for (Map.Entry<K, Node> entry : nodes.entrySet()) {
        if (entry.getValue().used < least) {
          least = entry.getValue().used;
          oldest = entry.getKey();
        }
      }
      nodes.remove(oldest);
    }
  }
}
