package dev.ocifs.layerfs.tree;

import java.util.Arrays;

/**
 * The names in the directories of a tree while it is being merged. A link stays for good once made:
 * removing a name sets its inode to 0, adding it again sets the new one. Link 0 is no link. Not
 * thread-safe.
 */
final class Links {
  int[] parent = new int[1024];
  int[] name = new int[1024];

  /** The inode that the name stands for, 0 while the directory does not have the name. */
  int[] inode = new int[1024];

  /** The next link of the same directory, whether it has the name or not. */
  int[] next = new int[1024];

  /** The layer, counted from 1, whose entry set the link last; 0 when no entry did. */
  int[] setBy = new int[1024];

  private final long seed;
  private int[] table = new int[2048];
  private int count = 1;

  Links(long seed) {
    this.seed = seed;
  }

  int count() {
    return count;
  }

  /** The link of the name in the directory, 0 when there never was one. */
  int find(int directory, int nameNumber) {
    return table[slot(directory, nameNumber)];
  }

  /** The link of the name in the directory, made when there is none, then without inode. */
  int make(int directory, int nameNumber, Inodes inodes) {
    int slot = slot(directory, nameNumber);
    if (table[slot] != 0) {
      return table[slot];
    }
    if (count == parent.length) {
      int n = count * 2;
      parent = Arrays.copyOf(parent, n);
      name = Arrays.copyOf(name, n);
      inode = Arrays.copyOf(inode, n);
      next = Arrays.copyOf(next, n);
      setBy = Arrays.copyOf(setBy, n);
    }
    int link = count++;
    parent[link] = directory;
    name[link] = nameNumber;
    next[link] = (int) inodes.data[directory];
    inodes.data[directory] = link;
    table[slot] = link;
    if (count * 2 > table.length) {
      grow();
    }
    return link;
  }

  private int slot(int directory, int nameNumber) {
    int mask = table.length - 1;
    int slot = hash(directory, nameNumber) & mask;
    while (table[slot] != 0
        && (parent[table[slot]] != directory || name[table[slot]] != nameNumber)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    table = new int[table.length * 2];
    for (int link = 1; link < count; link++) {
      table[slot(parent[link], name[link])] = link;
    }
  }

  private int hash(int directory, int nameNumber) {
    long h = ((long) directory << 32 ^ nameNumber ^ seed) * 0x9e3779b97f4a7c15L;
    return (int) (h >>> 32 ^ h >>> 15);
  }
}
