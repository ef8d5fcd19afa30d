package dev.ocifs.tests.model;

import dev.ocifs.tests.image.Entry;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a name stands for: a directory of names, or an inode that an entry made. */
sealed interface Node {

  /** Anything but a directory; hard links are names of one object. Immutable. */
  record Inode(Entry entry) implements Node {
    boolean isSymlink() {
      return entry.type() == Entry.Type.SYMLINK;
    }

    /** Hard links are the same object, not equal ones. */
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /** A directory; the root is its own parent. */
  final class Directory implements Node {
    final Directory parent;
    final SortedMap<String, Node> children = new TreeMap<>();

    /** The entry that gives the attributes; rule 9 and 13 say what they are without one. */
    Entry attributes = Entry.directory("").mode(0755).owner(0, 0).mtime(0, 0);

    private Directory() {
      parent = this;
    }

    Directory(Directory parent) {
      this.parent = parent;
    }

    static Directory root() {
      return new Directory();
    }

    /** The same names and attributes; inodes are shared, directories are not. */
    Directory copy() {
      return copyInto(root());
    }

    private Directory copyInto(Directory to) {
      to.attributes = attributes;
      children.forEach(
          (name, child) ->
              to.children.put(
                  name,
                  child instanceof Directory directory
                      ? directory.copyInto(new Directory(to))
                      : child));
      return to;
    }
  }
}
