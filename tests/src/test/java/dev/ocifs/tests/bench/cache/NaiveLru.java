package dev.ocifs.tests.bench.cache;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The LRU cache as it is written first: a HashMap from the digest's text to a node, and a list of
 * nodes that know their key.
 */
final class NaiveLru {

  private static final class Node {
    final String key;
    final Object value;
    final long bytes;
    @Nullable Node newer;
    @Nullable Node older;

    Node(String key, Object value, long bytes) {
      this.key = key;
      this.value = value;
      this.bytes = bytes;
    }
  }

  private final Map<String, Node> nodes = new HashMap<>();
  private @Nullable Node newest;
  private @Nullable Node oldest;
  private long bytes;

  void put(String key, Object value, long weight) {
    Node node = new Node(key, value, weight);
    node.older = newest;
    if (newest == null) {
      oldest = node;
    } else {
      newest.newer = node;
    }
    newest = node;
    bytes += weight;
    nodes.put(node.key, node);
  }

  /** The value used least recently, which leaves the cache; null when there is none. */
  @Nullable Object evict() {
    Node node = oldest;
    if (node == null) {
      return null;
    }
    oldest = node.newer;
    if (oldest == null) {
      newest = null;
    } else {
      oldest.older = node.older;
    }
    bytes -= node.bytes;
    nodes.remove(node.key);
    return node.value;
  }

  long bytes() {
    return bytes;
  }
}
