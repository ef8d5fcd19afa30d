package dev.ocifs.layerfs.cache;

import org.jspecify.annotations.Nullable;

/**
 * The entries that nobody uses, and which of them goes first.
 *
 * <p>Order of use alone lets one walk over many keys push out all that is asked for often. So what
 * is new must prove itself (W-TinyLFU: Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient
 * Cache Admission Policy", 2017): an entry begins in a short list. When room is needed and that
 * list is full, its oldest is compared with the oldest of the long list: the one whose key was
 * asked for less often goes, the newer one when both are alike. What leaves the short list while
 * there is room moves to the long one. Each step is O(1).
 *
 * <p>Not thread-safe: the cache's lock guards it.
 */
final class IdleEntries {
  /** One of so many idle entries may be new: enough for what is asked for again at once. */
  private static final int IDLE_FOR_EACH_FRESH = 64;

  private final LruList fresh = new LruList();
  private final LruList proven = new LruList();
  private final FrequencySketch uses = new FrequencySketch();

  int size() {
    return fresh.size() + proven.size();
  }

  /**
   * Notes that a key was asked for.
   *
   * @param entries that the cache has
   */
  void asked(MetadataKey<?> key, int entries) {
    uses.fit(entries);
    uses.use(key.hashCode());
  }

  /** Adds an entry whose use has ended. */
  void add(Entry entry) {
    (entry.proven ? proven : fresh).addNewest(entry);
  }

  /** Removes an entry that begins to be used or is dropped. */
  void remove(Entry entry) {
    (entry.proven ? proven : fresh).remove(entry);
  }

  /** Removes the entry that is worth least; null when there is none. */
  @Nullable Entry removeLeast() {
    Entry candidate = fresh.oldest();
    Entry oldest = proven.oldest();
    Entry least = oldest;
    // A full list: whoever needs the room is about to join it.
    boolean full = fresh.size() >= maxFresh();
    if (oldest == null || (candidate != null && full && !beats(candidate, oldest))) {
      least = candidate;
    }
    if (least != null) {
      remove(least);
    }
    return least;
  }

  private boolean beats(Entry candidate, Entry oldest) {
    return uses.count(candidate.key.hashCode()) > uses.count(oldest.key.hashCode());
  }

  private int maxFresh() {
    return Math.max(1, size() / IDLE_FOR_EACH_FRESH);
  }

  /** Takes over what is new no longer; when there is room for all. */
  void settle() {
    Entry entry = fresh.oldest();
    while (entry != null && fresh.size() > maxFresh()) {
      fresh.remove(entry);
      entry.proven = true;
      proven.addNewest(entry);
      entry = fresh.oldest();
    }
  }

  /**
   * Checks both lists.
   *
   * @throws IllegalStateException naming what is wrong
   */
  void validate(DigestTable table) {
    fresh.validate(table, false);
    proven.validate(table, true);
  }
}
