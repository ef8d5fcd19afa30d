package dev.ocifs.oci.store;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/**
 * The directory that holds what ocifs keeps between runs: an OCI image layout, and a folder {@code
 * ocifs} of derived data that may be deleted while nothing is mounted. docs/formats.md lists what
 * is where.
 *
 * <p>Thread-safe, and safe for several processes at once. Holds nothing open.
 */
public final class Store {
  /** The version of the derived data's layout. */
  static final int VERSION = 1;

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path root;
  private final Path derived;
  private final LockFiles locks;

  private Store(Path root) throws IOException {
    this.root = root;
    derived = root.resolve("ocifs");
    locks = new LockFiles(derived.resolve("locks"));
  }

  /**
   * Where the store is when nobody says: $OCIFS_ROOT, for root /var/lib/ocifs, else below
   * $XDG_DATA_HOME or ~/.local/share.
   */
  public static Path defaultRoot(Map<String, String> env, boolean isRoot) {
    String own = env.get("OCIFS_ROOT");
    if (own != null && !own.isEmpty()) {
      return Path.of(own);
    }
    if (isRoot) {
      return Path.of("/var/lib/ocifs");
    }
    String data = env.get("XDG_DATA_HOME");
    return data != null && data.startsWith("/")
        ? Path.of(data, "ocifs")
        : Path.of(env.getOrDefault("HOME", "/"), ".local", "share", "ocifs");
  }

  /**
   * Opens the store, which is made when there is none.
   *
   * @throws OcifsException {@code STORE} when it belongs to somebody else, is of another version or
   *     damaged, or cannot be made
   */
  public static Store open(Path root) throws IOException {
    Path absolute = root.toAbsolutePath().normalize();
    try {
      makeDirectory(absolute);
      checkOwner(absolute);
      Store store = new Store(absolute);
      store.prepare();
      PendingFile.removeAbandoned(store.tmp());
      return store;
    } catch (OcifsException e) {
      throw e;
    } catch (IOException e) {
      throw new OcifsException(
              OcifsException.Kind.STORE,
              "cannot make or open the store " + absolute + ": " + describe(e),
              e)
          .hint("choose a directory of your own with --root");
    }
  }

  public Path root() {
    return root;
  }

  /** Where the index of the layer with this key is, or will be. */
  public Path layerIndex(String key) {
    return derived.resolve("layers").resolve(key + ".idx");
  }

  /** Where the tree of the stack of layers with this chain ID is, or will be. */
  public Path tree(Digest chainId) {
    return derived
        .resolve("trees")
        .resolve(chainId.algorithm().id() + "-" + chainId.hex() + ".tree");
  }

  /** Where the uncompressed content with this digest is, or will be. */
  public Path object(Digest digest) {
    return derived.resolve("objects").resolve(digest.algorithm().id()).resolve(digest.hex());
  }

  /** The folder with a file for each mount. */
  public Path mounts() {
    return derived.resolve("mounts");
  }

  /** The folder of the servers' logs. */
  public Path logs() {
    return derived.resolve("logs");
  }

  /**
   * Begins a file that becomes visible at {@code target} when it is committed.
   *
   * @param target in this store
   */
  public PendingFile create(Path target) throws IOException {
    return PendingFile.create(tmp(), target);
  }

  /**
   * Takes the lock with this name, which one thread of one process holds at a time; waits while
   * another does.
   *
   * @param name one that can be a file's
   */
  public BuildLock lock(String name) throws IOException {
    return locks.take(name);
  }

  private Path tmp() {
    return derived.resolve("tmp");
  }

  private void prepare() throws IOException {
    for (String folder :
        new String[] {"tmp", "layers", "trees", "objects/sha256", "mounts", "logs", "locks"}) {
      Files.createDirectories(derived.resolve(folder), PRIVATE);
    }
    Files.createDirectories(root.resolve("blobs").resolve("sha256"), PRIVATE);
    checkVersion();
    writeOnce(root.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    writeOnce(root.resolve("index.json"), "{\"schemaVersion\":2,\"manifests\":[]}");
  }

  private void checkVersion() throws IOException {
    Path file = derived.resolve("VERSION");
    writeOnce(file, VERSION + "\n");
    String text = Files.readString(file, StandardCharsets.UTF_8).strip();
    int version;
    try {
      version = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new OcifsException(
              OcifsException.Kind.STORE,
              "the store's version file " + file + " is damaged: '" + text + "'")
          .hint("delete the folder " + derived + ": it is made again");
    }
    if (version > VERSION) {
      throw new OcifsException(
              OcifsException.Kind.STORE,
              "the store "
                  + root
                  + " has version "
                  + version
                  + ", newer than this program's "
                  + VERSION)
          .hint("use that version of ocifs, or another store with --root");
    }
    if (version < VERSION) {
      throw new OcifsException(
              OcifsException.Kind.STORE,
              "the store "
                  + root
                  + " has version "
                  + version
                  + ", older than this program's "
                  + VERSION)
          .hint("delete the folder " + derived + ": it is made again");
    }
  }

  private void writeOnce(Path file, String text) throws IOException {
    if (Files.notExists(file)) {
      try (PendingFile pending = create(file)) {
        pending.channel().write(java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        pending.commit();
      }
    }
  }

  private static void makeDirectory(Path directory) throws IOException {
    Path parent = directory.getParent();
    if (parent != null && Files.notExists(parent)) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(directory, PRIVATE);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw new OcifsException(
                OcifsException.Kind.STORE, "the store " + directory + " is not a directory")
            .hint("choose a directory of your own with --root");
      }
    }
  }

  /** Whoever can write the store decides what is served from it: it must be the user's alone. */
  private static void checkOwner(Path root) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(root);
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new OcifsException(OcifsException.Kind.STORE, "others can write the store " + root)
          .hint("chmod 700 " + root + ", or choose another with --root");
    }
    Object owner = Files.getAttribute(root, "unix:uid");
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!owner.equals(self)) {
      throw new OcifsException(
              OcifsException.Kind.STORE, "the store " + root + " belongs to user " + owner)
          .hint("choose a directory of your own with --root");
    }
  }

  private static String describe(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such directory";
    }
    return e instanceof java.nio.file.AccessDeniedException
        ? "permission denied"
        : String.valueOf(e.getMessage());
  }
}
