package dev.ocifs.oci.stored;

import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageConfig;
import dev.ocifs.oci.store.Store;
import dev.ocifs.oci.store.UnusedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The stacks of layers of some images of a store, and what is derived from them there: uncompressed
 * layers by diffID, EROFS metadata and access profiles by chain ID.
 *
 * @param diffIds of all their layers
 * @param chainIds of the whole stacks
 */
record Stacks(Set<Digest> diffIds, Set<Digest> chainIds) {

  /**
   * Those of all images that these descriptors lead to. An image whose configuration is not in the
   * store was never opened there, and nothing is derived from it.
   *
   * @throws OcifsException when a document is not what it should be
   */
  static Stacks of(Collection<Descriptor> roots, Store store) throws IOException {
    Stacks stacks = new Stacks(new HashSet<>(), new HashSet<>());
    for (Descriptor part : Reachable.from(roots, store).values()) {
      if (part.mediaType().isConfig()) {
        try {
          byte[] bytes = Files.readAllBytes(store.blob(part.digest()));
          stacks.add(ImageConfig.parse(Document.of(bytes, Limits.DEFAULT)).diffIds());
        } catch (NoSuchFileException e) {
          // of another platform, or not fetched yet
        }
      }
    }
    return stacks;
  }

  private void add(List<Digest> layers) {
    diffIds.addAll(layers);
    chainIds.add(ChainId.of(layers));
  }

  /** Those that others do not have. */
  Stacks without(Stacks others) {
    Stacks left = new Stacks(new HashSet<>(diffIds), new HashSet<>(chainIds));
    left.diffIds.removeAll(others.diffIds);
    left.chainIds.removeAll(others.chainIds);
    return left;
  }

  /**
   * Removes what is derived from them and nobody has open. An image that lies outside of the store
   * may be of the same layers: while it is shown, its tree and what its reads go to are open.
   *
   * @return how many bytes that freed
   */
  long removeDerived(Store store) throws IOException {
    long freed = 0;
    for (Digest diffId : diffIds) {
      freed += removeUnused(store.object(diffId));
    }
    for (Digest chainId : chainIds) {
      freed += removeUnused(store.erofs(chainId));
      Path tree = store.tree(chainId);
      if (Files.notExists(store.erofs(chainId)) && (Files.notExists(tree) || UnusedFile.is(tree))) {
        freed += removeUnused(store.profile(chainId)); // else the mount goes on writing it
      }
    }
    return freed;
  }

  private static long removeUnused(Path file) throws IOException {
    try {
      long bytes = Files.size(file);
      return UnusedFile.delete(file) ? bytes : 0;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }
}
