package dev.ocifs.oci.stored;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Removes the blobs of a store that nothing leads to: it follows all documents from what is named,
 * and then looks at each file. Files that came or were touched since it began stay, for somebody
 * who fetches an image writes its blobs before their documents can be read. Used once.
 */
final class Sweep {
  /** File systems take their times from a clock that ticks with the scheduler. */
  private static final Duration CLOCK_TICK = Duration.ofMillis(50);

  private final Store store;
  private final FileTime began = FileTime.from(Instant.now().minus(CLOCK_TICK));

  Sweep(Store store) {
    this.store = store;
  }

  /** Returns how many bytes it freed. */
  long run(List<Descriptor> roots) throws IOException {
    Set<String> names = new HashSet<>();
    for (Digest digest : Reachable.from(roots, store).keySet()) {
      names.add(Store.fileName(digest));
    }
    long freed = 0;
    for (Path algorithm : list(store.root().resolve("blobs"))) {
      for (Path blob : list(algorithm)) {
        if (!names.contains(algorithm.getFileName() + "-" + blob.getFileName())) {
          freed += remove(blob);
        }
      }
    }
    for (Path part : list(store.partial())) {
      String file = String.valueOf(part.getFileName());
      // Parts are called as their blob, and a suffix.
      if (file.startsWith("sha") && !names.contains(file.substring(0, file.indexOf('.')))) {
        freed += remove(part);
      }
    }
    return freed;
  }

  private long remove(Path file) throws IOException {
    FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
    if (changed.compareTo(began) >= 0) {
      return 0;
    }
    long bytes = Files.size(file);
    Files.deleteIfExists(file);
    return bytes;
  }

  private static List<Path> list(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      children.forEach(files::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    return files;
  }
}
