package dev.ocifs.layerfs.tree;

import dev.ocifs.layerfs.view.Attributes;
import java.util.Arrays;

/**
 * The inodes of a tree while it is being merged, one array a field: a million of them take 56 MB
 * and no object each. Inode 0 is no inode. Not thread-safe.
 */
final class Inodes {
  int[] mode = new int[1024];
  int[] uid = new int[1024];
  int[] gid = new int[1024];
  long[] mtimeSeconds = new long[1024];
  int[] mtimeNanos = new int[1024];

  /** Number of the packed set of extended attributes plus 1, 0 for none. */
  int[] xattrs = new int[1024];

  /** Regular: bytes of content. */
  long[] size = new long[1024];

  /**
   * Regular: position in the layer; symlink: number of the target string; device: major and minor;
   * directory: first link.
   */
  long[] data = new long[1024];

  /** Regular: ordinal of the layer; directory: inode of the parent. */
  int[] home = new int[1024];

  /** Regular: number of the packed sparse map plus 1, 0 for none. */
  int[] runs = new int[1024];

  private int count = 1;

  int count() {
    return count;
  }

  /** A new inode of type and permissions {@code mode}, 0:0, with mtime 0. */
  int add(int newMode) {
    if (count == mode.length) {
      int n = count * 2;
      mode = Arrays.copyOf(mode, n);
      uid = Arrays.copyOf(uid, n);
      gid = Arrays.copyOf(gid, n);
      mtimeSeconds = Arrays.copyOf(mtimeSeconds, n);
      mtimeNanos = Arrays.copyOf(mtimeNanos, n);
      xattrs = Arrays.copyOf(xattrs, n);
      size = Arrays.copyOf(size, n);
      data = Arrays.copyOf(data, n);
      home = Arrays.copyOf(home, n);
      runs = Arrays.copyOf(runs, n);
    }
    mode[count] = newMode;
    return count++;
  }

  boolean isDirectory(int inode) {
    return (mode[inode] & Attributes.S_IFMT) == Attributes.S_IFDIR;
  }

  boolean isSymlink(int inode) {
    return (mode[inode] & Attributes.S_IFMT) == Attributes.S_IFLNK;
  }
}
