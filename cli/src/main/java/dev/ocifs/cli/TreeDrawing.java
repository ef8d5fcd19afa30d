package dev.ocifs.cli;

import dev.ocifs.oci.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A small directory tree of the host, drawn with lines; directories end in a slash. */
final class TreeDrawing {
  private final List<String> lines = new ArrayList<>();

  private TreeDrawing() {}

  /** The lines, in the order of the names; the directory's own name is not among them. */
  static List<String> of(Path directory) throws IOException {
    TreeDrawing drawing = new TreeDrawing();
    drawing.draw(directory, "");
    return drawing.lines;
  }

  private void draw(Path directory, String indent) throws IOException {
    List<Path> children;
    try (Stream<Path> list = Files.list(directory)) {
      children = list.sorted().toList();
    }
    for (int i = 0; i < children.size(); i++) {
      Path child = children.get(i);
      boolean last = i == children.size() - 1;
      BasicFileAttributes attributes =
          Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      lines.add(indent + (last ? "└── " : "├── ") + label(child, attributes));
      if (attributes.isDirectory()) {
        draw(child, indent + (last ? "    " : "│   "));
      }
    }
  }

  private static String label(Path file, BasicFileAttributes attributes) throws IOException {
    String name = Printable.escape(String.valueOf(file.getFileName()));
    if (attributes.isDirectory()) {
      return name + "/";
    }
    if (attributes.isSymbolicLink()) {
      return name + " -> " + Printable.escape(Files.readSymbolicLink(file).toString());
    }
    return name + "  (" + ByteSize.format(attributes.size()) + ")";
  }
}
