package dev.ocifs.layerfs.cache;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hash table of entries, chained through the entries themselves: it allocates nothing but its
 * array of chains, which doubles when there are as many entries as chains and never shrinks.
 *
 * <p>Finding, adding and removing cost O(1). Not thread-safe: the cache's lock guards it.
 */
final class DigestTable {
  private static final int FIRST_CHAINS = 16;
  private static final int MAX_CHAINS = 1 << 30;

  private @Nullable Entry[] chains = new @Nullable Entry[FIRST_CHAINS];
  private int size;

  int size() {
    return size;
  }

  @Nullable Entry find(MetadataKey<?> key) {
    Entry entry = chains[chain(key)];
    while (entry != null && !entry.key.equals(key)) {
      entry = entry.next;
    }
    return entry;
  }

  /** Adds an entry whose key the table has not. */
  void add(Entry entry) {
    if (size >= chains.length && chains.length < MAX_CHAINS) {
      grow();
    }
    link(entry);
    entry.attached = true;
    size++;
  }

  /** Removes an entry that the table has. */
  void remove(Entry entry) {
    int chain = chain(entry.key);
    Entry before = null;
    for (Entry at = chains[chain]; at != entry; at = at.next) {
      if (at == null) {
        throw new IllegalStateException("the table has no " + entry);
      }
      before = at;
    }
    if (before == null) {
      chains[chain] = entry.next;
    } else {
      before.next = entry.next;
    }
    entry.next = null;
    entry.attached = false;
    size--;
  }

  /** Visits all entries, in no order; the visitor may remove the entry it is given. */
  void forEach(Consumer<Entry> visitor) {
    for (Entry head : chains) {
      for (Entry entry = head; entry != null; ) {
        Entry next = entry.next;
        visitor.accept(entry);
        entry = next;
      }
    }
  }

  private int chain(MetadataKey<?> key) {
    return key.hashCode() & chains.length - 1;
  }

  private void link(Entry entry) {
    int chain = chain(entry.key);
    entry.next = chains[chain];
    chains[chain] = entry;
  }

  private void grow() {
    @Nullable Entry[] old = chains;
    chains = new @Nullable Entry[old.length * 2];
    for (Entry head : old) {
      for (Entry entry = head; entry != null; ) {
        Entry next = entry.next;
        link(entry);
        entry = next;
      }
    }
  }

  /**
   * Checks that every entry is in the chain of its key, once, and that the size is their number.
   *
   * @throws IllegalStateException naming what is wrong
   */
  void validate() {
    int count = 0;
    for (int chain = 0; chain < chains.length; chain++) {
      for (Entry entry = chains[chain]; entry != null; entry = entry.next) {
        if (++count > size) {
          throw new IllegalStateException("the table's chains hold more than its " + size);
        }
        if (chain(entry.key) != chain) {
          throw new IllegalStateException(entry + " is in chain " + chain + ", not in its own");
        }
        if (!entry.attached) {
          throw new IllegalStateException(entry + " is in the table and marked as not");
        }
        if (find(entry.key) != entry) {
          throw new IllegalStateException("the table has two of " + entry);
        }
      }
    }
    if (count != size) {
      throw new IllegalStateException("the table's chains hold " + count + ", not its " + size);
    }
  }
}
