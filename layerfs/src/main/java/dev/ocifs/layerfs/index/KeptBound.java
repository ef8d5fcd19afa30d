package dev.ocifs.layerfs.index;

import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.Store;
import dev.ocifs.oci.store.UnusedFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the uncompressed layers of a store may take on disk. The time of a file is that of its last
 * use, so that the order outlives processes; it is moved on once a minute.
 *
 * <p>Who uses a layer has it open, be it a view or a mount of the kernel, so that {@link
 * UnusedFile} tells. A layer that was found but is not open yet was used within that minute.
 */
final class KeptBound {
  private static final Duration RECENT = Duration.ofMinutes(1);

  private final Store store;
  private final InstantSource clock;

  private record Copy(Path file, long bytes, FileTime used) {}

  KeptBound(Store store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Notes a use of a copy. */
  static void used(Path copy) throws IOException {
    FileTime now = FileTime.from(Instant.now());
    if (Files.getLastModifiedTime(copy).toInstant().plus(RECENT).isBefore(now.toInstant())) {
      Files.setLastModifiedTime(copy, now);
    }
  }

  /** See {@link KeptLayers#trim}; does nothing while another process is at it. */
  long trim(long maxBytes) throws IOException {
    List<Copy> copies = copies();
    long bytes = copies.stream().mapToLong(Copy::bytes).sum();
    Optional<BuildLock> lock = bytes > maxBytes ? store.tryLock("trim-kept") : Optional.empty();
    if (lock.isPresent()) {
      try (BuildLock held = lock.get()) {
        Instant recent = clock.instant().minus(RECENT);
        for (Copy copy : copies) {
          if (bytes <= maxBytes || copy.used().toInstant().isAfter(recent)) {
            break;
          }
          if (UnusedFile.delete(copy.file())) {
            bytes -= copy.bytes();
          }
        }
      }
    }
    return bytes;
  }

  /** The one unused for longest first. */
  private List<Copy> copies() throws IOException {
    List<Copy> copies = new ArrayList<>();
    Path spans = store.spans();
    for (Path algorithm : list(store.objects())) {
      for (Path shard : algorithm.equals(spans) ? List.<Path>of() : list(algorithm)) {
        for (Path file : list(shard)) {
          add(file, copies);
        }
      }
    }
    copies.sort(Comparator.comparing(Copy::used));
    return copies;
  }

  private static void add(Path file, List<Copy> copies) throws IOException {
    try {
      BasicFileAttributes found =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (found.isRegularFile()) {
        copies.add(new Copy(file, found.size(), found.lastModifiedTime()));
      }
    } catch (NoSuchFileException e) {
      // Removed by somebody else.
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    List<Path> children = new ArrayList<>();
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
        stream.forEach(children::add);
      }
    }
    return children;
  }
}
