package dev.ocifs.tests.model;

import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.model.Node.Directory;
import dev.ocifs.tests.model.Node.Inode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A small, naive reference of how layers become one tree: rules 1 to 21 of docs/semantics.md,
 * written from the rules and knowing nothing of the product.
 */
public final class TreeModel {
  private static final long MAX_ID = 0xffff_fffeL;
  private static final int MAX_NAME_BYTES = 255;

  private TreeModel() {}

  /**
   * What ocifs has to show.
   *
   * @throws RuleBroken when it has to refuse the layers
   */
  public static TreeListing merge(List<List<Entry>> layers) throws RuleBroken {
    List<Directory> trees = List.of(Directory.root(), Directory.root());
    for (int i = 0; i < layers.size(); i++) {
      checkAlone(layers.get(i), i);
    }
    for (int i = 0; i < layers.size(); i++) {
      try {
        trees = LayerModel.merge(trees, layers.get(i));
      } catch (RuleBroken e) {
        throw e.at(i, e.entry());
      }
    }
    return list(trees.get(0));
  }

  /** Rules 19 and 20, which a layer breaks by itself, whatever lies below it. */
  private static void checkAlone(List<Entry> entries, int layer) throws RuleBroken {
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (Math.max(entry.uid(), entry.gid()) > MAX_ID || Math.min(entry.uid(), entry.gid()) < 0) {
        throw new RuleBroken(19, "an owner of " + entry.uid() + ":" + entry.gid()).at(layer, i);
      }
      for (String component : Paths.normalise(entry.path())) {
        if (component.length() > MAX_NAME_BYTES) {
          throw new RuleBroken(20, "a name of " + component.length() + " bytes").at(layer, i);
        }
      }
    }
  }

  private static TreeListing list(Directory root) {
    Map<Inode, Integer> names = new HashMap<>();
    count(root, names);
    Map<String, Line> lines = new TreeMap<>();
    list(root, ".", lines, names, new HashMap<>());
    return new TreeListing(lines);
  }

  private static void count(Directory directory, Map<Inode, Integer> names) {
    for (Node child : directory.children.values()) {
      if (child instanceof Directory below) {
        count(below, names);
      } else if (child instanceof Inode inode) {
        names.merge(inode, 1, Integer::sum);
      }
    }
  }

  private static void list(
      Directory directory,
      String path,
      Map<String, Line> lines,
      Map<Inode, Integer> names,
      Map<Inode, String> groups) {
    long below = directory.children.values().stream().filter(Directory.class::isInstance).count();
    lines.put(path, line(directory.attributes, 'd').nlink(2 + (int) below).build());
    directory.children.forEach(
        (name, child) -> {
          String childPath = path.equals(".") ? name : path + "/" + name;
          if (child instanceof Directory childDirectory) {
            list(childDirectory, childPath, lines, names, groups);
          } else if (child instanceof Inode inode) {
            int nlink = names.getOrDefault(inode, 0);
            String group = groups.computeIfAbsent(inode, i -> childPath);
            lines.put(childPath, line(inode).nlink(nlink).group(nlink > 1 ? group : "").build());
          }
        });
  }

  private static LineBuilder line(Inode inode) {
    Entry entry = inode.entry();
    return switch (entry.type()) {
      case FILE -> line(entry, 'f').content(entry.content());
      case SYMLINK -> line(entry, 'l').mode(0777).link(entry.target());
      case CHARACTER_DEVICE -> line(entry, 'c').device(entry.major(), entry.minor());
      case BLOCK_DEVICE -> line(entry, 'b').device(entry.major(), entry.minor());
      case FIFO -> line(entry, 'p');
      default -> throw new IllegalStateException(entry.toString());
    };
  }

  private static LineBuilder line(Entry entry, char type) {
    LineBuilder line =
        new LineBuilder(type)
            .mode(entry.mode() & 07777)
            .owner(entry.uid(), entry.gid())
            .mtime(entry.mtimeSeconds(), entry.mtimeNanos());
    entry.xattrs().forEach(line::xattr);
    return line;
  }
}
