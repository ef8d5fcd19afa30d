package dev.ocifs.oci.stored;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageIndex;
import dev.ocifs.oci.manifest.ImageManifest;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
  private final Set<Digest> named = new HashSet<>();

  Sweep(Store store) {
    this.store = store;
  }

  /** Returns how many bytes it freed. */
  long run(List<Descriptor> roots) throws IOException {
    follow(roots);
    Set<String> names = new HashSet<>();
    named.forEach(digest -> names.add(digest.algorithm().id() + "/" + digest.hex()));
    long freed = 0;
    for (Path algorithm : list(store.root().resolve("blobs"))) {
      for (Path blob : list(algorithm)) {
        if (!names.contains(algorithm.getFileName() + "/" + blob.getFileName())) {
          freed += remove(blob);
        }
      }
    }
    for (Path part : list(store.partial())) {
      if (isPartOfUnnamed(String.valueOf(part.getFileName()))) {
        freed += remove(part);
      }
    }
    return freed;
  }

  private void follow(List<Descriptor> roots) throws IOException {
    Deque<Descriptor> left = new ArrayDeque<>(roots);
    while (!left.isEmpty()) {
      Descriptor next = left.remove();
      if (named.add(next.digest())) {
        left.addAll(below(next));
      }
    }
  }

  private List<Descriptor> below(Descriptor descriptor) throws IOException {
    boolean index = descriptor.mediaType().isIndex();
    if (!index && !descriptor.mediaType().isManifest()) {
      return List.of();
    }
    Document document;
    try {
      document = Document.of(Files.readAllBytes(store.blob(descriptor.digest())), Limits.DEFAULT);
    } catch (NoSuchFileException e) {
      return List.of(); // of another platform, and never fetched
    }
    List<Descriptor> below = new ArrayList<>();
    if (index) {
      ImageIndex read = ImageIndex.parse(document);
      below.addAll(read.manifests());
      read.subject().ifPresent(below::add);
    } else {
      ImageManifest read = ImageManifest.parse(document);
      below.add(read.config());
      below.addAll(read.layers());
      read.subject().ifPresent(below::add);
    }
    return below;
  }

  /** Parts are called as their blob, and a suffix. */
  private boolean isPartOfUnnamed(String file) {
    int dot = file.indexOf('.');
    return dot > 0
        && file.startsWith("sha")
        && named.stream().noneMatch(d -> Store.fileName(d).equals(file.substring(0, dot)));
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
