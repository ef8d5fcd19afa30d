package dev.ocifs.layerfs.files;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * Where whole files lie. Each has two kinds of names: one by its content, and one for each place of
 * a layer that has this content; FORMAT.md says why.
 */
final class FileFolders {
  private final Path contents;
  private final Path places;

  FileFolders(Path folder) {
    contents = folder.resolve("contents");
    places = folder.resolve("places");
  }

  Path place(FilePlace place) {
    return place.in(places);
  }

  Path content(Digest digest) {
    return contents.resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
  }

  /** Does something with a file. */
  @FunctionalInterface
  interface Visitor {
    void file(Path file) throws IOException;
  }

  /** Visits the names by content, in no order. */
  void contents(Visitor visitor) throws IOException {
    both(contents, visitor);
  }

  /** Visits the names by place, in no order. */
  void places(Visitor visitor) throws IOException {
    both(places, visitor);
  }

  private static void both(Path folder, Visitor visitor) throws IOException {
    each(folder, below -> each(below, visitor));
  }

  /**
   * A folder that is missing, or no folder, has nothing; a file that goes meanwhile is no error.
   */
  private static void each(Path folder, Visitor visitor) throws IOException {
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      for (Path child : stream) {
        try {
          visitor.file(child);
        } catch (NoSuchFileException e) {
          // another process has deleted it
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // none yet
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** How many names a file has, and which it is. */
  record Identity(long inode, int links) {
    static Identity of(Path file) throws IOException {
      Map<String, Object> facts = Files.readAttributes(file, "unix:ino,nlink");
      return new Identity(
          (Long) Objects.requireNonNull(facts.get("ino")),
          (Integer) Objects.requireNonNull(facts.get("nlink")));
    }
  }
}
