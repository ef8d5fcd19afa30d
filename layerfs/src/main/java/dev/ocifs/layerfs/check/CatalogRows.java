package dev.ocifs.layerfs.check;

import dev.ocifs.layerfs.catalog.Catalog;
import dev.ocifs.layerfs.catalog.CatalogCheck;
import dev.ocifs.layerfs.catalog.CatalogImage;
import dev.ocifs.layerfs.catalog.CatalogLayer;
import dev.ocifs.layerfs.catalog.CatalogOptions;
import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Checks the catalog: the file itself, that no layer lies on itself, that the chain ID of an image
 * is that of its layers, and that the tree of each image and the index of each layer exist. A row
 * that says too much is forgotten; the next mount records it again.
 */
final class CatalogRows {
  private final Store store;
  private final Problems problems;
  private final boolean served;

  /**
   * @param served whether a server uses the store, from which its catalog is not taken away
   */
  CatalogRows(Store store, Problems problems, boolean served) {
    this.store = store;
    this.problems = problems;
    this.served = served;
  }

  void check() throws IOException {
    Path file = store.catalog();
    if (!Files.exists(file)) {
      return; // made by the first mount
    }
    problems.lookAt(file, () -> checkFile(file));
  }

  private void checkFile(Path file) throws IOException {
    CatalogCheck check = new CatalogCheck(file);
    Optional<String> damage = check.damage();
    if (damage.isEmpty()) {
      checkRows(file);
    } else if (served) {
      problems.left(
          file, damage.get(), "end the server with ocifs server stop, then ocifs fsck --repair");
    } else {
      problems.repairable(
          file,
          damage.get(),
          "renamed to " + Folders.name(file) + ".set-aside, it is made anew",
          check::setAside);
    }
  }

  private void checkRows(Path file) throws IOException {
    try (Catalog catalog = new Catalog(file, CatalogOptions.unhurried())) {
      for (CatalogImage image : catalog.listImages()) {
        checkImage(file, catalog, image);
      }
      for (CatalogLayer layer : catalog.indexedLayers()) {
        if (!hasIndex(layer)) {
          problems.repairable(
              file,
              "it lists layer " + layer.diffId() + " as indexed, which has no index",
              "forgotten, the next mount of its image makes it",
              () -> catalog.forgetIndex(layer.diffId()));
        }
      }
    }
  }

  private void checkImage(Path file, Catalog catalog, CatalogImage image) throws IOException {
    List<Digest> diffIds = catalog.layersOf(image.name());
    Digest chainId = ChainId.of(diffIds);
    String what = null;
    if (!chainId.equals(image.chainId())) {
      what = "has the chain ID " + image.chainId() + ", its layers " + chainId;
    } else if (!Files.isRegularFile(store.tree(chainId))) {
      what = "has no tree";
    }
    if (what != null) {
      problems.repairable(
          file,
          "its image " + image.name() + " " + what,
          "forgotten, the next mount of the image makes it",
          () -> catalog.forgetImage(image.name()));
    }
  }

  private boolean hasIndex(CatalogLayer layer) throws OcifsException {
    String byLayer = "diff-" + layer.diffId().hex() + "-" + layer.compressedBytes();
    return Files.isRegularFile(store.layerIndex(Store.fileName(layer.blob())))
        || Files.isRegularFile(store.layerIndex(byLayer));
  }
}
