package dev.ocifs.layerfs.objects;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the files of spans lie, a folder for each layer; and which there are. */
final class ObjectFiles {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");
  private static final Pattern LAYER = Pattern.compile("(sha256|sha512|blake3)-([0-9a-f]{1,128})");
  private static final Pattern SPAN = Pattern.compile("([0-9]{1,18})-([1-9][0-9]{0,8})");

  private ObjectFiles() {}

  /**
   * A file, as its folder tells.
   *
   * @param bytes its size
   * @param usedMillis when it was used last, roughly
   */
  record Found(SpanKey key, long bytes, long usedMillis) {}

  static Path path(Path folder, SpanKey key) {
    return folder.resolve(Store.fileName(key.diffId())).resolve(key.start() + "-" + key.length());
  }

  /** All files of spans, those used longest ago first; what cannot be read is left out. */
  static List<Found> oldestFirst(Path folder) {
    List<Found> found = new ArrayList<>();
    for (Path layer : list(folder)) {
      layer(layer).ifPresent(diffId -> addAll(layer, diffId, found));
    }
    found.sort(Comparator.comparingLong(Found::usedMillis));
    return found;
  }

  /** The layer that a folder is named after. */
  static Optional<Digest> layer(Path folder) {
    Matcher name = LAYER.matcher(String.valueOf(folder.getFileName()));
    try {
      return name.matches()
          ? Optional.of(Digest.parse(name.group(1) + ":" + name.group(2)))
          : Optional.empty();
    } catch (OcifsException e) {
      return Optional.empty(); // of another length
    }
  }

  /** The span of a layer that a file is named after. */
  static Optional<SpanKey> key(Path file, Digest diffId) {
    Matcher name = SPAN.matcher(String.valueOf(file.getFileName()));
    return name.matches()
        ? Optional.of(
            new SpanKey(diffId, Long.parseLong(name.group(1)), Integer.parseInt(name.group(2))))
        : Optional.empty();
  }

  private static void addAll(Path layer, Digest diffId, List<Found> found) {
    for (Path file : list(layer)) {
      Optional<SpanKey> key = key(file, diffId);
      if (key.isPresent()) {
        try {
          BasicFileAttributes facts =
              Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
          if (facts.isRegularFile()) {
            found.add(new Found(key.get(), facts.size(), facts.lastModifiedTime().toMillis()));
          }
        } catch (IOException e) {
          LOG.log(Level.DEBUG, "cannot look at a decoded span", e);
        }
      }
    }
  }

  private static List<Path> list(Path folder) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(children::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return children; // none yet
    } catch (IOException | DirectoryIteratorException e) {
      LOG.log(Level.DEBUG, "cannot list decoded spans", e);
    }
    return children;
  }
}
