package dev.ocifs.layerfs.cache;

import org.jspecify.annotations.Nullable;

/**
 * A doubly-linked list of entries in the order in which they were used last, linked through the
 * entries themselves. Adding, removing and asking for the oldest cost O(1) and allocate nothing.
 *
 * <p>Not thread-safe: the cache's lock guards it.
 */
final class LruList {
  private @Nullable Entry newest;
  private @Nullable Entry oldest;
  private int size;

  int size() {
    return size;
  }

  @Nullable Entry oldest() {
    return oldest;
  }

  /** Adds an entry that the list has not. */
  void addNewest(Entry entry) {
    Entry older = newest;
    entry.older = older;
    if (older == null) {
      oldest = entry;
    } else {
      older.newer = entry;
    }
    newest = entry;
    size++;
  }

  /** Removes an entry that the list has. */
  void remove(Entry entry) {
    Entry older = entry.older;
    Entry newer = entry.newer;
    if (older == null) {
      oldest = newer;
    } else {
      older.newer = newer;
    }
    if (newer == null) {
      newest = older;
    } else {
      newer.older = older;
    }
    entry.older = null;
    entry.newer = null;
    size--;
  }

  /**
   * Checks that both directions go through the same entries, that the size is their number, and
   * that the table has each of them, unpinned.
   *
   * @param proven what they all are
   * @throws IllegalStateException naming what is wrong
   */
  void validate(DigestTable table, boolean proven) {
    int count = 0;
    Entry before = null;
    for (Entry entry = oldest; entry != null; entry = entry.newer) {
      if (++count > size) {
        throw new IllegalStateException("the list goes on after its " + size + ", or in a circle");
      }
      if (entry.older != before) {
        throw new IllegalStateException(entry + " does not lead back to " + before);
      }
      if (table.find(entry.key) != entry) {
        throw new IllegalStateException(entry + " is in the list and not in the table");
      }
      if (entry.pins != 0) {
        throw new IllegalStateException(entry + " is in the list and pinned");
      }
      if (entry.proven != proven) {
        throw new IllegalStateException(entry + " is in the other list's place");
      }
      before = entry;
    }
    if (before != newest || count != size) {
      throw new IllegalStateException(
          "the list ends after " + count + " of " + size + " at " + before + ", not at " + newest);
    }
  }
}
