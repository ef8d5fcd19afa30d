package dev.ocifs.oci.store;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The store root: an OCI image layout, and in {@code ocifs/} what ocifs derived from images, which
 * may be deleted at any time.
 *
 * <pre>
 * oci-layout  index.json  blobs/sha256/        what was stored
 * ocifs/VERSION                                the format of everything below
 * ocifs/layers/KEY.idx                         layer indices
 * ocifs/trees/CHAINID.tree                     merged trees
 * ocifs/objects/sha256/ab/HEX                  decompressed file contents
 * ocifs/objects/spans/DIFFID/START-LENGTH      decoded spans of layers
 * ocifs/files/contents/ab/HEX                  whole files of images, by content
 * ocifs/files/places/DIFFID/POS-SIZE           the same files, by where they lie in a layer
 * ocifs/partial/KEY.blob  KEY.map              blobs that are partly here
 * ocifs/partial/index.json                     names of images that are partly here
 * ocifs/unwrapped/KEY.tar                      archives that came compressed as a whole
 * ocifs/erofs/CHAINID.erofs                   metadata images for the kernel
 * ocifs/mounts/  ocifs/logs/  ocifs/leases/    live state
 * ocifs/profiles/<digest>.heat                what mounts read first
 * ocifs/catalog.db                             what there is and when it was used
 * ocifs/server.sock                            the server's socket
 * ocifs/locks/   ocifs/tmp/                    locks, files that are not complete yet
 * </pre>
 *
 * <p>Every file appears complete or not at all: {@link #create}. Thread-safe; any number of
 * processes may use one root.
 */
public final class Store {
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,200}");

  private final Path root;
  private final Path derived;
  private final Locks locks;

  private Store(Path root) {
    this.root = root;
    this.derived = root.resolve("ocifs");
    this.locks = new Locks(derived.resolve("locks"));
  }

  /**
   * Where the store lies unless {@code --root} says otherwise: {@code $OCIFS_ROOT}, else {@code
   * /var/lib/ocifs} for root, else {@code $XDG_DATA_HOME/ocifs} or {@code ~/.local/share/ocifs}.
   */
  public static Path defaultRoot(Map<String, String> env, boolean isRoot) throws OcifsException {
    String own = env.getOrDefault("OCIFS_ROOT", "");
    if (!own.isEmpty()) {
      return Path.of(own);
    }
    if (isRoot) {
      return Path.of("/var/lib/ocifs");
    }
    String data = env.getOrDefault("XDG_DATA_HOME", "");
    if (data.startsWith("/")) { // the XDG specification says to ignore relative paths
      return Path.of(data, "ocifs");
    }
    String home = env.getOrDefault("HOME", "");
    if (home.isEmpty()) {
      throw new OcifsException(OcifsException.Kind.STORE, "no place for the store: HOME is not set")
          .hint("give one with --root or OCIFS_ROOT");
    }
    return Path.of(home, ".local/share/ocifs");
  }

  /**
   * Opens a store, creates it when there is none, and removes what dead processes left in {@code
   * tmp}. All folders are 0700.
   *
   * @throws OcifsException {@code STORE} when the root belongs to another user or others may write
   *     it, when it is of another version or damaged, or is no store; {@code IO} when it cannot be
   *     read
   */
  public static Store open(Path root) throws IOException {
    try {
      Path real = StoreRoot.prepare(root);
      Store store = new Store(real);
      store.initialise();
      return store;
    } catch (OcifsException e) {
      throw e;
    } catch (IOException e) {
      throw PendingFile.explain(root, e);
    }
  }

  /**
   * Opens a store as it is, whatever its version and state: for those that check and mend it.
   * Nothing is created and nothing removed.
   *
   * @throws OcifsException {@code NOT_FOUND} when there is no store, {@code STORE} when the root
   *     belongs to another user or others may write it
   */
  public static Store existing(Path root) throws IOException {
    Path derived = root.resolve("ocifs");
    if (!Files.isDirectory(derived)) {
      throw new OcifsException(OcifsException.Kind.NOT_FOUND, root + " is no store of ocifs")
          .hint("name the store with --root; ocifs mount makes one");
    }
    Path real = root.toRealPath();
    StoreRoot.checkOwner(real);
    return new Store(real);
  }

  /** Why its version file does not let it be used; empty when it does. */
  public Optional<OcifsException> versionFault() throws IOException {
    return StoreRoot.versionFault(root);
  }

  /** Whether its version file names a version, and another one than this program's. */
  public boolean isOfOtherVersion() throws IOException {
    return StoreRoot.isOfOtherVersion(root);
  }

  /**
   * Makes the folders and files that a store begins with where they are missing, and the version
   * file where it is damaged. One that names another version stays.
   */
  @SuppressWarnings("try") // the lock is held, not used
  public void restore() throws IOException {
    StoreRoot.createAll(root);
    try (BuildLock init = locks.acquire("init")) {
      StoreRoot.removeDamagedVersion(root);
      StoreRoot.fill(root, this);
    }
  }

  /** The files that dead processes have left in {@code tmp}. */
  @SuppressWarnings("try") // the lock is held, not used
  public List<Path> leftovers() throws IOException {
    if (!Files.isDirectory(tmpDir())) {
      return List.of();
    }
    try (BuildLock gate = locks.acquire("tmp")) {
      return TempFiles.stale(tmpDir());
    }
  }

  @SuppressWarnings("try") // the locks are held, not used
  private void initialise() throws IOException {
    try (BuildLock init = locks.acquire("init")) {
      StoreRoot.fill(root, this);
    }
    try (BuildLock gate = locks.acquire("tmp")) {
      for (Path file : TempFiles.stale(tmpDir())) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** The root, absolute, symbolic links resolved. */
  public Path root() {
    return root;
  }

  /** The folder of all that was derived from images. */
  public Path derived() {
    return derived;
  }

  /** The index of one layer. */
  public Path layerIndex(String key) throws OcifsException {
    return derived.resolve("layers").resolve(checked(key) + ".idx");
  }

  /** The merged tree of the stack of layers with this chain ID. */
  public Path tree(Digest chainId) {
    return derived.resolve("trees").resolve(fileName(chainId) + ".tree");
  }

  /** The decompressed content with this digest; its folder may not exist before {@link #create}. */
  public Path object(Digest content) {
    return derived
        .resolve("objects")
        .resolve(content.algorithm().id())
        .resolve(content.hex().substring(0, 2))
        .resolve(content.hex());
  }

  /** The folder of {@link #object} and of {@link #spans}. */
  public Path objects() {
    return derived.resolve("objects");
  }

  /** The folder of the decoded spans of layers; it may not exist before {@link #create}. */
  public Path spans() {
    return derived.resolve("objects").resolve("spans");
  }

  /** The folder of whole files of images; it may not exist before {@link #create}. */
  public Path files() {
    return derived.resolve("files");
  }

  /** An archive that was compressed as a whole, unwrapped. */
  public Path unwrapped(String key) throws OcifsException {
    return derived.resolve("unwrapped").resolve(checked(key) + ".tar");
  }

  /** The blob with this digest, if it was stored. */
  public Path blob(Digest digest) {
    return root.resolve("blobs").resolve(digest.algorithm().id()).resolve(digest.hex());
  }

  /** The folder of blobs that are partly here; it may not exist before {@link #create}. */
  public Path partial() {
    return derived.resolve("partial");
  }

  /** The blob with this digest while it is partly here; its folder may not exist. */
  public Path partialBlob(Digest digest) {
    return partial().resolve(fileName(digest) + ".blob");
  }

  /** Says which bytes of {@link #partialBlob} are here. */
  public Path partialMap(Digest digest) {
    return partial().resolve(fileName(digest) + ".map");
  }

  /** What mounts of the stack of layers with this chain ID read first. */
  public Path profile(Digest chainId) {
    return derived.resolve("profiles").resolve(fileName(chainId) + ".heat");
  }

  /** The EROFS metadata image of the stack of layers with this chain ID. */
  public Path erofs(Digest chainId) {
    return derived.resolve("erofs").resolve(fileName(chainId) + ".erofs");
  }

  /** The catalog of images, layers and objects. */
  public Path catalog() {
    return derived.resolve("catalog.db");
  }

  /** State of live mounts. */
  public Path mountsDir() {
    return derived.resolve("mounts");
  }

  /** Logs of background servers. */
  public Path logsDir() {
    return derived.resolve("logs");
  }

  /** The socket of the server that holds the lock "server". */
  public Path serverSocket() {
    return derived.resolve("server.sock");
  }

  Path tmpDir() {
    return derived.resolve("tmp");
  }

  /** A digest as a file name, {@code sha256-<hex>}; also good as a key. */
  public static String fileName(Digest digest) {
    return digest.algorithm().id() + "-" + digest.hex();
  }

  /**
   * Begins a file of the store. Nothing is seen at {@code target} before {@link
   * PendingFile#commit}; folders above it are created.
   *
   * @throws OcifsException {@code STORE} when the disk is full or not writable
   */
  @SuppressWarnings("try") // the lock is held, not used
  public PendingFile create(Path target) throws IOException {
    if (!target.normalize().startsWith(root)) {
      throw new IllegalArgumentException(target + " is not in the store " + root);
    }
    try (BuildLock gate = locks.acquire("tmp")) {
      return PendingFile.create(tmpDir(), target);
    } catch (OcifsException e) {
      throw e;
    } catch (IOException e) {
      throw PendingFile.explain(target, e);
    }
  }

  /**
   * Waits until no other thread and no other process holds the lock of this name, and takes it. Who
   * waited looks first whether the work is done now.
   */
  public BuildLock lock(String key) throws IOException {
    return locks.acquire("build-" + checked(key));
  }

  /** The lock of this name, unless another thread or process holds it. */
  public Optional<BuildLock> tryLock(String key) throws IOException {
    return locks.tryAcquire("build-" + checked(key));
  }

  private static String checked(String key) throws OcifsException {
    if (!KEY.matcher(key).matches()) {
      throw new OcifsException(OcifsException.Kind.STORE, "'" + key + "' is no key of the store");
    }
    return key;
  }
}
