package dev.ocifs.layerfs.check;

import dev.ocifs.layerfs.index.LayerFacts;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.index.PublishedIndexer;
import dev.ocifs.layerfs.toc.TocIndexer;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks the layer indices and the uncompressed copies of layers: all checksums, every entry and
 * checkpoint, that an index is of the blob that its name says, and that its copy has the diffID.
 * Each is looked at under the lock that its makers hold; one that is being made is passed over.
 */
final class IndexFiles {
  private final Store store;
  private final Problems problems;

  /** The indices that were found right, one for each layer. */
  private final Map<Digest, Sound> sound = new HashMap<>();

  private final Set<Path> copies = new HashSet<>();

  /** An index that was found right. */
  record Sound(Path file, LayerFacts facts) {}

  IndexFiles(Store store, Problems problems) {
    this.store = store;
    this.problems = problems;
  }

  Map<Digest, Sound> check() throws IOException {
    for (Path file : Folders.list(store.derived().resolve("layers"))) {
      String key = Folders.stem(file, ".idx");
      if (key.isEmpty()) {
        problems.left(file, "it is no layer index", "move it away, nothing of ocifs uses it");
        continue;
      }
      Optional<BuildLock> lock = store.tryLock(key);
      if (lock.isPresent()) {
        try (BuildLock held = lock.get()) {
          problems.lookAt(file, () -> checkOne(file, key));
        }
      }
    }
    checkOrphans();
    return Map.copyOf(sound);
  }

  private void checkOne(Path file, String key) throws IOException {
    Optional<Object> identity = Problems.identity(file);
    LayerFacts facts;
    try (LayerIndex index = LayerIndex.open(file)) {
      facts = index.facts();
      index.checkAll();
    } catch (OcifsException e) {
      problems.damaged(file, identity, e.what());
      return;
    }
    if (!isNamed(facts, key)) {
      problems.damaged(file, identity, "it is the index of blob " + facts.blob());
    } else if (!facts.kept()) {
      checkSpareCopy(facts);
      sound.putIfAbsent(facts.diffId(), new Sound(file, facts));
    } else if (checkCopy(file, identity, facts)) {
      sound.putIfAbsent(facts.diffId(), new Sound(file, facts));
    }
  }

  /**
   * By what its table describes, by its blob, or by layer and size where an archive does not tell
   * the blob's digest.
   */
  private static boolean isNamed(LayerFacts facts, String key) {
    if (facts.virtual()) {
      return key.equals(TocIndexer.key(facts.diffId()))
          || key.equals(PublishedIndexer.key(facts.blob()));
    }
    return key.equals(Store.fileName(facts.blob()))
        || key.equals("diff-" + facts.diffId().hex() + "-" + facts.blobBytes());
  }

  /** An index without its copy is of no use: both are made again together. */
  private boolean checkCopy(Path index, Optional<Object> identity, LayerFacts facts)
      throws IOException {
    Path copy = store.object(facts.diffId());
    boolean first = copies.add(copy);
    if (!Files.isRegularFile(copy)) {
      problems.damaged(index, identity, "its uncompressed copy " + copy + " is missing");
      return false;
    }
    if (!first) {
      return true;
    }
    Optional<Object> found = Problems.identity(copy);
    Optional<String> fault = Contents.tarFault(copy, facts.diffId(), facts.tarBytes());
    if (fault.isPresent()) {
      problems.damaged(copy, found, fault.get());
      problems.damaged(index, identity, "its uncompressed copy " + copy + " is damaged");
      return false;
    }
    return true;
  }

  /** A copy that its index can do without, kept for the kernel; it ends with zeros. */
  private void checkSpareCopy(LayerFacts facts) throws IOException {
    Path copy = store.object(facts.diffId());
    if (Files.isRegularFile(copy) && copies.add(copy)) {
      Optional<Object> found = Problems.identity(copy);
      Contents.tarFault(copy, facts.diffId(), facts.tarBytes())
          .ifPresent(fault -> problems.damaged(copy, found, fault));
    }
  }

  /**
   * Copies without an index: left by a crash between the two, and good for nothing when damaged.
   */
  private void checkOrphans() throws IOException {
    Path spans = store.spans();
    for (Path algorithm : Folders.list(store.derived().resolve("objects"))) {
      if (algorithm.equals(spans)) {
        continue;
      }
      for (Path shard : Folders.list(algorithm)) {
        for (Path file : Folders.list(shard)) {
          if (!copies.contains(file)) {
            problems.lookAt(file, () -> checkOrphan(Folders.name(algorithm), file));
          }
        }
      }
    }
  }

  private void checkOrphan(String algorithm, Path file) throws IOException {
    Optional<Object> identity = Problems.identity(file);
    Optional<Digest> name = Contents.named(algorithm, file);
    if (name.isEmpty()) {
      problems.left(file, "its name is no digest", "move it away, nothing of ocifs uses it");
    } else {
      Contents.fault(file, name.get()).ifPresent(what -> problems.damaged(file, identity, what));
    }
  }
}
