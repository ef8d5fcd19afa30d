package dev.ocifs.tests.model;

import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.model.Node.Directory;
import dev.ocifs.tests.model.Node.Inode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Paths and how they lead through a tree. */
final class Paths {
  private static final int MAX_LINKS = 40;

  private Paths() {}

  /** Rule 21: the components inside the root. */
  static List<String> normalise(String path) {
    List<String> components = new ArrayList<>();
    for (String component : path.split("/", -1)) {
      if (component.equals("..")) {
        if (!components.isEmpty()) {
          components.remove(components.size() - 1);
        }
      } else if (!component.isEmpty() && !component.equals(".")) {
        components.add(component);
      }
    }
    return components;
  }

  static String last(List<String> components) {
    return components.get(components.size() - 1);
  }

  static List<String> parent(List<String> components) {
    return components.subList(0, components.size() - 1);
  }

  /** The directory that a path leads to, null when it leads to none. */
  static @Nullable Directory find(Directory root, List<String> path) {
    try {
      return walk(root, root, path, false, new int[1]);
    } catch (RuleBroken loop) {
      return null;
    }
  }

  /** Rules 9 and 10: the directory that a path leads to, made where it is missing. */
  static Directory make(Directory root, List<String> path) throws RuleBroken {
    Directory made = walk(root, root, path, true, new int[1]);
    if (made == null) {
      throw new IllegalStateException();
    }
    return made;
  }

  private static @Nullable Directory walk(
      Directory root, Directory from, List<String> path, boolean make, int[] linksFollowed)
      throws RuleBroken {
    Directory current = from;
    for (String name : path) {
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        current = current.parent;
        continue;
      }
      Node child = current.children.get(name);
      if (child instanceof Inode inode && inode.isSymlink()) {
        if (++linksFollowed[0] > MAX_LINKS) {
          throw new RuleBroken(10, "a loop of symbolic links");
        }
        String target = inode.entry().target();
        Directory begin = target.startsWith("/") ? root : current;
        current = walk(root, begin, List.of(target.split("/", -1)), make, linksFollowed);
      } else if (child instanceof Directory directory) {
        current = directory;
      } else if (make) {
        Directory made = new Directory(current);
        current.children.put(name, made);
        current = made;
      } else {
        return null;
      }
      if (current == null) {
        return null;
      }
    }
    return current;
  }

  /** Rule 32: a regular file with a trailing slash is a directory. */
  static boolean isDirectory(Entry entry) {
    return entry.type() == Entry.Type.DIRECTORY
        || (entry.type() == Entry.Type.FILE && entry.path().endsWith("/"));
  }
}
