package dev.ocifs.layerfs.files;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.store.Store;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names the content of a file by where it lies. All images with the layer name it the same way.
 *
 * @param diffId of the uncompressed layer
 * @param pos of the first stored byte in it; tells a sparse file's map, too, as an entry has one
 * @param size of the content, holes included; at least 1
 */
public record FilePlace(Digest diffId, long pos, long size) {
  private static final Pattern NAME = Pattern.compile("([0-9]{1,18})-([1-9][0-9]{0,17})");

  public FilePlace {
    if (pos < 0 || size < 1) {
      throw new IllegalArgumentException("no place: " + size + " bytes from " + pos);
    }
  }

  /** The file of this place. */
  Path in(Path places) {
    return places.resolve(Store.fileName(diffId)).resolve(pos + "-" + size);
  }

  /** The size that the name of a file promises; empty when it is no place. */
  static Optional<Long> size(Path file) {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    return name.matches() ? Optional.of(Long.parseLong(name.group(2))) : Optional.empty();
  }
}
