package dev.ocifs.layerfs.cache;

/** A count of a table's entries, to hold against the sums that the cache keeps. */
final class Census {
  private int idle;
  private int pinned;
  private int loading;
  private long bytes;

  void add(Entry entry) {
    check(entry.pins >= 0, entry + " has negative pins");
    if (entry.value instanceof Load) {
      loading++;
      check(entry.pins > 0 && entry.weight == 0, entry + " is being loaded by nobody");
    }
    if (entry.pins > 0) {
      pinned++;
      check(entry.older == null && entry.newer == null, entry + " is in the list and pinned");
    } else {
      idle++;
    }
    check(entry.value != null, entry + " has no value");
    bytes += entry.weight;
  }

  /** Checks the sums; {@code pins} are the entries with pins that the table has. */
  void compare(int listed, int pins, long weight) {
    check(idle == listed, idle + " entries are not in use, and " + listed + " in the list");
    check(pinned == pins, pinned + " entries are pinned, and counted as " + pins);
    check(bytes == weight, "the entries weigh " + bytes + ", and are counted as " + weight);
  }

  int loading() {
    return loading;
  }

  static void check(boolean right, String wrong) {
    if (!right) {
      throw new IllegalStateException(wrong);
    }
  }
}
