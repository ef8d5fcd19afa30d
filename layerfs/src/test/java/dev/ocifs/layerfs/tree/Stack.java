package dev.ocifs.layerfs.tree;

import dev.ocifs.layerfs.index.IndexFixtures;
import dev.ocifs.layerfs.index.LayerEntry;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Layers written down line by line, merged by the real builder into a real file, and listed again.
 */
final class Stack {
  private final Path dir;
  private final List<List<LayerEntry>> layers = new ArrayList<>();
  private boolean strict;
  final List<Finding> findings = new ArrayList<>();

  Stack(Path dir) {
    this.dir = dir;
  }

  Stack strict() {
    strict = true;
    return this;
  }

  /**
   * Adds a layer. Each line is an entry: {@code d path}, {@code f path}, {@code l path target},
   * {@code h path target}, {@code c path}, {@code p path}. The size of a file is the number of its
   * line in the layer plus 100 times that of the layer, both counted from 1, so that each can be
   * told from the others; a directory's mtime is the same number.
   */
  Stack layer(String... lines) {
    List<LayerEntry> entries = new ArrayList<>();
    layers.add(entries);
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      LayerEntry entry = new LayerEntry();
      entry.type =
          switch (words[0]) {
            case "f" -> LayerEntry.Type.REGULAR;
            case "d" -> LayerEntry.Type.DIRECTORY;
            case "l" -> LayerEntry.Type.SYMLINK;
            case "h" -> LayerEntry.Type.HARD_LINK;
            case "c" -> LayerEntry.Type.CHARACTER_DEVICE;
            case "p" -> LayerEntry.Type.FIFO;
            default -> throw new IllegalArgumentException(line);
          };
      entry.path = bytes(words[1].equals("/") ? "" : words[1]);
      entry.target = bytes(words.length > 2 ? words[2] : "");
      entry.mode = entry.type == LayerEntry.Type.DIRECTORY ? 0750 : 0644;
      int number = layers.size() * 100 + entries.size() + 1;
      entry.size = entry.type == LayerEntry.Type.REGULAR ? number : 0;
      entry.mtimeSeconds = number;
      entries.add(entry);
    }
    return this;
  }

  /** Gives all entries of the last layer an extended attribute. */
  Stack xattr(String name, byte[] value) {
    for (LayerEntry entry : layers.getLast()) {
      entry.xattrs = new byte[][] {bytes(name), value};
    }
    return this;
  }

  /** Merges the layers; the caller closes the tree. */
  ImageTree merge() throws IOException {
    TreeBuilder builder = new TreeBuilder(strict, findings::add);
    Digest id = Digest.sha256(new byte[32]);
    for (List<LayerEntry> entries : layers) {
      Path path = dir.resolve("layer-" + System.nanoTime());
      IndexFixtures.write(path, entries);
      try (LayerIndex index = LayerIndex.open(path)) {
        builder.add(id, index::entries);
      }
    }
    Path path = dir.resolve("tree-" + System.nanoTime());
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      builder.write(channel, id);
    }
    return ImageTree.open(path);
  }

  /**
   * Merges and lists: path → {@code f} and size, {@code d} and mtime, {@code l} and target, {@code
   * c}, {@code p}; then {@code *n} where a file has n names. The root is {@code .}, listed when an
   * entry describes it.
   */
  Map<String, String> list() throws IOException {
    Map<String, String> listing = new TreeMap<>();
    try (ImageTree tree = merge()) {
      list(tree, ImageView.ROOT, "", listing);
      Attributes root = new Attributes();
      tree.attributes(ImageView.ROOT, root);
      if (root.mtimeSeconds != 0) {
        listing.put(".", "d" + root.mtimeSeconds);
      }
    }
    return listing;
  }

  private static void list(ImageTree tree, long dir, String prefix, Map<String, String> listing)
      throws IOException {
    List<String> names = new ArrayList<>();
    List<Long> inodes = new ArrayList<>();
    tree.list(
        dir,
        0,
        (name, length, inode, type, next) -> {
          names.add(new String(name, 0, length, StandardCharsets.ISO_8859_1));
          inodes.add(inode);
          return true;
        });
    Attributes attributes = new Attributes();
    for (int i = 0; i < names.size(); i++) {
      long inode = inodes.get(i);
      String path = prefix + names.get(i);
      tree.attributes(inode, attributes);
      listing.put(path, describe(tree, attributes));
      if (attributes.isDirectory()) {
        list(tree, inode, path + "/", listing);
      }
    }
  }

  private static String describe(ImageTree tree, Attributes a) throws IOException {
    return switch (a.type()) {
      case Attributes.S_IFDIR -> "d" + a.mtimeSeconds;
      case Attributes.S_IFREG -> "f" + a.size + (a.nlink > 1 ? "*" + a.nlink : "");
      case Attributes.S_IFLNK ->
          "l"
              + new String(tree.readlink(a.inode), StandardCharsets.ISO_8859_1)
              + (a.nlink > 1 ? "*" + a.nlink : "");
      case Attributes.S_IFCHR -> "c";
      default -> "p";
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
