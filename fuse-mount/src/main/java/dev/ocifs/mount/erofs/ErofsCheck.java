package dev.ocifs.mount.erofs;

import dev.ocifs.layerfs.check.Problems;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Checks the metadata images of a store by their checksums, each under the lock of its makers; one
 * that is being made is passed over. A mount goes on with the image that it has open, whatever
 * becomes of the file.
 */
public final class ErofsCheck {
  private static final String SUFFIX = ".erofs";

  private ErofsCheck() {}

  /** Tells of images that are damaged or of another version, and of files that are none. */
  public static void run(Store store, Problems problems) throws IOException {
    Path folder = store.derived().resolve("erofs");
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (!name.endsWith(SUFFIX) || !Files.isRegularFile(file)) {
          problems.left(file, "it is no metadata image", "move it away, nothing of ocifs uses it");
          continue;
        }
        Optional<BuildLock> lock = store.tryLock(name);
        if (lock.isPresent()) {
          try (BuildLock held = lock.get()) {
            problems.lookAt(file, () -> checkOne(file, problems));
          }
        }
      }
    }
  }

  private static void checkOne(Path file, Problems problems) throws IOException {
    Optional<Object> identity = Problems.identity(file);
    if (!MetadataImage.isWhole(file)) {
      problems.damaged(file, identity, "its checksum is not that of its content");
    }
  }
}
