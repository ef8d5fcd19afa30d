package dev.ocifs.layerfs.tree;

import dev.ocifs.layerfs.view.Attributes;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A tree in memory, while layers are merged into it: inodes, the links that name them, and the
 * strings that both use. Not thread-safe.
 */
final class MergedTree {
  static final int ROOT = 1;

  /** Permissions of a directory that no entry describes (rule 9). */
  private static final int IMPLICIT_MODE = Attributes.S_IFDIR | 0755;

  private static final byte[] NOTHING = {};

  /** Where aufs' own files go: a directory that no link names. */
  final int aufs;

  final Inodes inodes = new Inodes();
  final Links links;

  /** Names and link targets. */
  final ByteStrings strings;

  /** Packed sets of extended attributes, and packed sparse maps. */
  final ByteStrings blobs;

  MergedTree() {
    long seed = new SplittableRandom().nextLong();
    links = new Links(seed);
    strings = new ByteStrings(seed);
    blobs = new ByteStrings(seed);
    newDirectory(ROOT);
    aufs = inodes.add(IMPLICIT_MODE);
    inodes.home[aufs] = aufs;
  }

  /** A directory that no entry describes: 0755, 0:0, mtime 0. */
  int newDirectory(int parent) {
    int inode = inodes.add(IMPLICIT_MODE);
    inodes.home[inode] = parent;
    return inode;
  }

  /** The inode of a name in a directory, 0 when there is none. */
  int child(int directory, byte[] path, int from, int to) {
    int name = strings.find(path, from, to);
    return name < 0 ? 0 : links.inode[links.find(directory, name)];
  }

  byte[] target(int symlink) {
    return strings.get((int) inodes.data[symlink]);
  }

  int packXattrs(byte[][] xattrs) {
    if (xattrs.length == 0) {
      return 0;
    }
    byte[] packed = TreeFormat.packXattrs(xattrs);
    return blobs.intern(packed, 0, packed.length) + 1;
  }

  int packRuns(long[] runs) {
    byte[] packed = TreeFormat.packRuns(runs);
    return blobs.intern(packed, 0, packed.length) + 1;
  }

  byte[] blob(int reference) {
    return reference == 0 ? NOTHING : blobs.get(reference - 1);
  }

  /** The names that a directory has, as links in the order of their names' bytes. */
  int[] children(int directory) {
    int n = 0;
    for (int link = (int) inodes.data[directory]; link != 0; link = links.next[link]) {
      n += links.inode[link] != 0 ? 1 : 0;
    }
    int[] children = new int[n];
    // The list has the newest first: filled from the end, names that came in order are in order.
    for (int link = (int) inodes.data[directory]; link != 0; link = links.next[link]) {
      if (links.inode[link] != 0) {
        children[--n] = link;
      }
    }
    sort(children);
    return children;
  }

  /** Merge sort by name; runs that are in order already are not touched. */
  private void sort(int[] children) {
    sort(children, Arrays.copyOf(children, children.length), 0, children.length);
  }

  private void sort(int[] to, int[] from, int low, int high) {
    if (high - low < 2) {
      return;
    }
    int middle = (low + high) >>> 1;
    sort(from, to, low, middle);
    sort(from, to, middle, high);
    if (compare(from[middle - 1], from[middle]) <= 0) {
      System.arraycopy(from, low, to, low, high - low);
      return;
    }
    int a = low;
    int b = middle;
    for (int i = low; i < high; i++) {
      to[i] = b == high || (a < middle && compare(from[a], from[b]) <= 0) ? from[a++] : from[b++];
    }
  }

  private int compare(int a, int b) {
    return strings.compare(links.name[a], links.name[b]);
  }
}
