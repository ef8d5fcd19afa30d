package dev.ocifs.layerfs.check;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Lists folders of a store, of which any may be missing. */
final class Folders {
  private Folders() {}

  /** What the folder holds, by name. */
  static List<Path> list(Path folder) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(children::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    Collections.sort(children);
    return children;
  }

  static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** The name without the suffix; empty when it does not end so. */
  static String stem(Path file, String suffix) {
    String name = name(file);
    return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : "";
  }
}
