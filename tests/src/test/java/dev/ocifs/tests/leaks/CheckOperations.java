package dev.ocifs.tests.leaks;

import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.catalog.Catalog;
import dev.ocifs.layerfs.catalog.CatalogOptions;
import dev.ocifs.layerfs.check.Problems;
import dev.ocifs.layerfs.check.StoreCheck;
import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Checks of a store that is damaged. Loaded with the woven classes. */
final class CheckOperations {
  private CheckOperations() {}

  static void checking(LayerFs library, Store store) throws IOException {
    damage(store);
    Problems problems = check(store, false);
    if (problems.remaining() == 0 || problems.repaired() != 0) {
      throw new AssertionError("problems: " + problems.remaining());
    }
  }

  /** And again: what one run could not mend, the next does. */
  static void repairing(LayerFs library, Store store) throws IOException {
    damage(store);
    Problems problems = check(store, true);
    if (problems.remaining() > 0 || problems.repaired() == 0) {
      throw new IOException("problems left: " + problems.remaining());
    }
  }

  private static Problems check(Store store, boolean repairs) throws IOException {
    Problems problems = new Problems(repairs, problem -> Steps.called("problem"));
    StoreCheck.run(store, problems, false);
    return problems;
  }

  /** Cuts a file of each kind, where there is one, and has the catalog name what is not there. */
  private static void damage(Store store) throws IOException {
    Digest layer = Digest.sha256(new byte[32]);
    cutFirstBeside(store.layerIndex("x"));
    cutFirstBeside(store.tree(layer));
    cutFirstBeside(store.profile(layer));
    try (Catalog catalog = new Catalog(store.catalog(), CatalogOptions.unhurried())) {
      catalog.recordImage("gone", ChainId.of(List.of(layer)), List.of(layer));
    }
  }

  private static void cutFirstBeside(Path file) throws IOException {
    Path folder = file.resolveSibling("");
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(Files::isRegularFile).sorted().limit(1).toList();
    }
    for (Path first : files) {
      byte[] bytes = Files.readAllBytes(first);
      Files.delete(first); // others have it mapped
      Files.write(first, Arrays.copyOf(bytes, bytes.length / 2));
    }
  }
}
