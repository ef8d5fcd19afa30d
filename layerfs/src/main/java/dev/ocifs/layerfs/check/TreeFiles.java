package dev.ocifs.layerfs.check;

import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.layerfs.tree.TreeCheck;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Checks the image trees: all checksums, every inode, that the name is the chain ID of the layers,
 * and that no content lies outside its layer. Each is looked at under the lock of its makers.
 */
final class TreeFiles {
  private final Store store;
  private final Problems problems;
  private final Map<Digest, IndexFiles.Sound> indices;

  TreeFiles(Store store, Problems problems, Map<Digest, IndexFiles.Sound> indices) {
    this.store = store;
    this.problems = problems;
    this.indices = indices;
  }

  void check() throws IOException {
    for (Path file : Folders.list(store.derived().resolve("trees"))) {
      String name = Folders.name(file);
      if (Folders.stem(file, ".tree").isEmpty()) {
        problems.left(file, "it is no image tree", "move it away, nothing of ocifs uses it");
        continue;
      }
      Optional<BuildLock> lock = store.tryLock(name);
      if (lock.isPresent()) {
        try (BuildLock held = lock.get()) {
          problems.lookAt(file, () -> checkOne(file));
        }
      }
    }
  }

  private void checkOne(Path file) throws IOException {
    Optional<Object> identity = Problems.identity(file);
    try (ImageTree tree = ImageTree.open(file)) {
      TreeCheck.check(tree, this::tarBytes);
      if (!file.equals(store.tree(tree.chainId()))) {
        problems.damaged(file, identity, "it is the tree of " + tree.chainId());
      }
    } catch (OcifsException e) {
      problems.damaged(file, identity, e.what());
    }
  }

  private OptionalLong tarBytes(Digest diffId) {
    IndexFiles.Sound index = indices.get(diffId);
    return index == null ? OptionalLong.empty() : OptionalLong.of(index.facts().tarBytes());
  }
}
