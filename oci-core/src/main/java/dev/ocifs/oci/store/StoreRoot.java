package dev.ocifs.oci.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Creates the folders of a store, and checks that a root is safe to use and of this version. */
final class StoreRoot {
  private static final int VERSION = 1;
  private static final Pattern VERSION_FILE = Pattern.compile("ocifs-store ([0-9]{1,9})\n");
  private static final int MAX_VERSION_BYTES = 64;

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final List<String> FOLDERS =
      List.of(
          "layers",
          "trees",
          "erofs",
          "objects",
          "profiles",
          "unwrapped",
          "mounts",
          "logs",
          "leases",
          "locks",
          "tmp");

  private StoreRoot() {}

  /** Makes the folders; returns the real path of the root. */
  static Path prepare(Path root) throws IOException {
    Path absolute = root.toAbsolutePath().normalize();
    if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(absolute)) {
      throw error(absolute, "is not a directory").hint("give another with --root");
    }
    createFolders(absolute);
    Path real = absolute.toRealPath();
    checkOwner(real);
    checkVersion(real);
    createAll(real);
    return real;
  }

  /** Makes the folders of a store. */
  static void createAll(Path root) throws IOException {
    createFolders(root.resolve("blobs/sha256"));
    for (String folder : FOLDERS) {
      createFolders(root.resolve("ocifs").resolve(folder));
    }
  }

  /** Writes the files that make it a store. The caller holds the lock. */
  static void fill(Path root, Store store) throws IOException {
    writeOnce(store, root.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    writeOnce(
        store,
        root.resolve("index.json"),
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
            + "\"manifests\":[]}");
    writeOnce(store, versionFile(root), "ocifs-store " + VERSION + "\n");
  }

  /** Creates a folder and those above it that are missing, all 0700. */
  static void createFolders(Path folder) throws IOException {
    Path parent = folder.getParent();
    if (Files.isDirectory(folder)) {
      return;
    }
    if (parent != null) {
      createFolders(parent);
    }
    try {
      Files.createDirectory(folder, PRIVATE);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  private static void writeOnce(Store store, Path file, String content) throws IOException {
    if (Files.exists(file)) {
      return;
    }
    try (PendingFile pending = store.create(file)) {
      pending.write(ByteBuffer.wrap(content.getBytes(US_ASCII)));
      pending.commit();
    }
  }

  static void checkOwner(Path root) throws IOException {
    Object owner = Files.getAttribute(root, "unix:uid");
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!owner.equals(self)) {
      throw error(root, "belongs to user " + owner + ", not to " + self)
          .hint("give a directory of your own with --root");
    }
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(root);
    if (mode.contains(PosixFilePermission.GROUP_WRITE)
        || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw error(root, "may be written by others").hint("chmod go-w it, or give another --root");
    }
  }

  private static void checkVersion(Path root) throws IOException {
    if (!Files.exists(versionFile(root))) {
      checkUnused(root);
      return;
    }
    Optional<OcifsException> fault = versionFault(root);
    if (fault.isPresent()) {
      throw fault.get();
    }
  }

  /** Why the version file does not let the store be used. */
  static Optional<OcifsException> versionFault(Path root) throws IOException {
    Path file = versionFile(root);
    Optional<Integer> version = version(file);
    if (version.isEmpty()) {
      return Optional.of(
          error(file, Files.exists(file) ? "is damaged" : "is missing")
              .hint("delete the folder " + file.getParent() + ", which holds derived data only"));
    }
    if (version.get() > VERSION) {
      return Optional.of(
          error(file, "says version " + version.get() + ", which is too new for this ocifs")
              .hint("use a newer ocifs, or another --root"));
    }
    if (version.get() < VERSION) {
      return Optional.of(
          error(file, "says version " + version.get() + ", which this ocifs no longer reads")
              .hint("delete the folder " + file.getParent() + ", which holds derived data only"));
    }
    return Optional.empty();
  }

  static boolean isOfOtherVersion(Path root) throws IOException {
    return version(versionFile(root)).filter(version -> version != VERSION).isPresent();
  }

  /** Deletes a version file that names no version at all. The caller holds the lock. */
  static void removeDamagedVersion(Path root) throws IOException {
    Path file = versionFile(root);
    if (Files.isRegularFile(file) && version(file).isEmpty()) {
      Files.delete(file);
    }
  }

  private static Optional<Integer> version(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > MAX_VERSION_BYTES) {
      return Optional.empty();
    }
    Matcher matcher = VERSION_FILE.matcher(new String(Files.readAllBytes(file), US_ASCII));
    return matcher.matches() ? Optional.of(Integer.parseInt(matcher.group(1))) : Optional.empty();
  }

  /** A root without a version is new, or its creation was interrupted, or it is something else. */
  private static void checkUnused(Path root) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(root)) {
      for (Path child : children) {
        switch (String.valueOf(child.getFileName())) {
          case "ocifs", "blobs", "oci-layout", "index.json", "lost+found" -> {}
          default ->
              throw error(root, "is no store of ocifs and holds other files")
                  .hint("give an empty or a new directory with --root");
        }
      }
    }
  }

  private static Path versionFile(Path root) {
    return root.resolve("ocifs/VERSION");
  }

  private static OcifsException error(Path path, String problem) {
    return new OcifsException(OcifsException.Kind.STORE, "store: " + path + " " + problem);
  }
}
