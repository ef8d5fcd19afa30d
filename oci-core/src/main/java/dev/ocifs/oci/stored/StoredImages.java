package dev.ocifs.oci.stored;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RefName;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.DocumentWriter;
import dev.ocifs.oci.manifest.ImageIndex;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names of the images that a store holds: in {@code index.json} those of which all is here, so
 * that every tool that reads an OCI layout can use them, in {@code ocifs/partial/index.json} those
 * that are still being fetched. Thread-safe; any number of processes may use one store.
 */
public final class StoredImages {
  /** What {@code skopeo}, {@code umoci} and {@code podman} know an image of a layout by. */
  public static final String REF_NAME = "org.opencontainers.image.ref.name";

  /** What a lock on both lists is called. */
  private static final String LOCK = "images";

  private final Store store;

  public StoredImages(Store store) {
    this.store = store;
  }

  /**
   * All of them, the whole ones first, each kind in the order in which it was stored.
   *
   * <p>An image that goes from one list to the other is written to it before it is dropped, and the
   * list that is read before and after the other one has it when that one has not.
   */
  public List<StoredImage> list() throws IOException {
    List<Descriptor> before = read(file(false));
    Map<String, StoredImage> images = new LinkedHashMap<>();
    add(images, read(file(true)), true);
    add(images, read(file(false)), false);
    add(images, before, false);
    return new ArrayList<>(images.values());
  }

  private static void add(Map<String, StoredImage> images, List<Descriptor> list, boolean whole) {
    for (Descriptor listed : list) {
      name(listed)
          .ifPresent(name -> images.putIfAbsent(name, new StoredImage(name, bare(listed), whole)));
    }
  }

  /** The image of this full name. */
  public Optional<StoredImage> find(String name) throws IOException {
    return list().stream().filter(image -> image.name().equals(name)).findFirst();
  }

  /**
   * The image that a user means: by its full name, one of this machine's, or one whose registry is
   * left out, as {@link RefName#normalise} reads it.
   */
  public Optional<StoredImage> resolve(String typed) throws IOException {
    List<StoredImage> all = list();
    for (String name : List.of(typed, fullName(typed), RefName.normalise(typed))) {
      Optional<StoredImage> found =
          all.stream().filter(image -> image.name().equals(name)).findFirst();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /**
   * The full name of an image that a user names: without a registry, it is this machine's, {@code
   * localhost/NAME}; without a tag, {@code latest}.
   *
   * @throws OcifsException {@code USAGE} when it is no name
   */
  public static String fullName(String typed) throws OcifsException {
    int slash = typed.indexOf('/');
    boolean hasHost = slash > 0 && RegistryName.isHost(typed.substring(0, slash));
    return RegistryName.parse(hasHost ? typed : "localhost/" + typed).toString();
  }

  /**
   * How many bytes of an image there are in its blobs, of all platforms that were ever fetched.
   *
   * @throws OcifsException when a document of it is damaged
   */
  public long bytes(StoredImage image) throws IOException {
    long bytes = 0;
    for (Descriptor part : Reachable.from(List.of(image.top()), store).values()) {
      bytes += Files.exists(store.blob(part.digest())) ? part.size() : 0;
    }
    return bytes;
  }

  /**
   * Gives an image a name; another one that had it loses it. Its documents are in the store.
   *
   * @param whole whether all of it is in the store
   */
  @SuppressWarnings("try") // the lock is held, not used
  public void put(String name, Descriptor top, boolean whole) throws IOException {
    try (BuildLock lock = store.lock(LOCK)) {
      Map<String, String> annotations = new HashMap<>(top.annotations());
      annotations.put(REF_NAME, name);
      List<Descriptor> others = without(read(file(whole)), name);
      others.add(annotated(top, annotations));
      write(file(whole), others);
      boolean ignored = drop(name, !whole);
    }
  }

  /**
   * Says that all of an image is here now. Does nothing when its name was taken away since, or
   * given to another image, for whoever fetched it may end long after that.
   */
  @SuppressWarnings("try") // the lock is held, not used
  public void completed(String name, Descriptor top) throws IOException {
    try (BuildLock lock = store.lock(LOCK)) {
      for (Descriptor listed : read(file(false))) {
        if (name(listed).equals(Optional.of(name)) && listed.digest().equals(top.digest())) {
          List<Descriptor> whole = without(read(file(true)), name);
          whole.add(listed);
          write(file(true), whole);
          boolean ignored = drop(name, false);
        }
      }
    }
  }

  /**
   * Takes a name away. What nothing else leads to can be removed then: {@link #removeUnnamed}.
   *
   * @return whether there was such a name
   */
  @SuppressWarnings("try") // the lock is held, not used
  public boolean remove(String name) throws IOException {
    try (BuildLock lock = store.lock(LOCK)) {
      boolean whole = drop(name, true);
      boolean partial = drop(name, false);
      return whole || partial;
    }
  }

  /**
   * Takes images away, with the blobs that nothing else leads to ({@link #removeUnnamed}) and what
   * was derived from layers that no other image of the store has. What somebody has open stays, and
   * so do indices and trees, which are small and make the next mount of the image lazy.
   *
   * @return how many bytes that freed
   * @throws dev.ocifs.oci.OcifsException when a document cannot be read, so that what it leads to
   *     is not known; only names are removed then
   */
  public long remove(Collection<StoredImage> images) throws IOException {
    Optional<Stacks> stacks = stacks(images.stream().map(StoredImage::top).toList());
    for (StoredImage image : images) {
      boolean ignored = remove(image.name());
    }
    long freed = removeUnnamed();
    Optional<Stacks> others = stacks(roots());
    if (stacks.isPresent() && others.isPresent()) {
      freed += stacks.get().without(others.get()).removeDerived(store);
    }
    return freed;
  }

  /** Empty when a document is damaged: then nobody knows what was derived. */
  private Optional<Stacks> stacks(List<Descriptor> roots) throws IOException {
    try {
      return Optional.of(Stacks.of(roots, store));
    } catch (OcifsException e) {
      return Optional.empty();
    }
  }

  private List<Descriptor> roots() throws IOException {
    List<Descriptor> roots = new ArrayList<>(read(file(true)));
    roots.addAll(read(file(false)));
    return roots;
  }

  /**
   * Removes the blobs, and the parts of blobs, that no name leads to. What was stored after this
   * began stays.
   *
   * @return how many bytes that freed
   * @throws dev.ocifs.oci.OcifsException when a document that is named cannot be read, so that what
   *     it leads to is not known; nothing is removed then
   */
  @SuppressWarnings("try") // the lock is held, not used
  public long removeUnnamed() throws IOException {
    try (BuildLock lock = store.lock(LOCK)) {
      return new Sweep(store).run(roots());
    }
  }

  private boolean drop(String name, boolean whole) throws IOException {
    List<Descriptor> all = read(file(whole));
    List<Descriptor> others = without(all, name);
    if (others.size() == all.size()) {
      return false;
    }
    write(file(whole), others);
    return true;
  }

  private Path file(boolean whole) {
    return whole ? store.root().resolve("index.json") : store.partial().resolve("index.json");
  }

  private static List<Descriptor> read(Path file) throws IOException {
    byte[] bytes;
    try {
      Document.checkLength(Files.size(file), Limits.DEFAULT);
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return ImageIndex.parse(Document.of(bytes, Limits.DEFAULT)).manifests();
  }

  private void write(Path file, List<Descriptor> images) throws IOException {
    try (PendingFile pending = store.create(file)) {
      pending.write(ByteBuffer.wrap(DocumentWriter.index(images)));
      pending.commit();
    }
  }

  private static List<Descriptor> without(List<Descriptor> images, String name) {
    List<Descriptor> others = new ArrayList<>(images);
    others.removeIf(image -> name(image).equals(Optional.of(name)));
    return others;
  }

  private static Optional<String> name(Descriptor listed) {
    return Optional.ofNullable(listed.annotations().get(REF_NAME));
  }

  private static Descriptor bare(Descriptor listed) {
    Map<String, String> annotations = new HashMap<>(listed.annotations());
    annotations.remove(REF_NAME);
    return annotated(listed, annotations);
  }

  private static Descriptor annotated(Descriptor d, Map<String, String> annotations) {
    return new Descriptor(
        d.mediaType(), d.digest(), d.size(), d.platform(), annotations, d.urls(), d.artifactType());
  }
}
