package dev.ocifs.layerfs.check;

import dev.ocifs.layerfs.profile.HeatProfile;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Checks a store to its last byte, and mends it.
 *
 * <p>Derived data that is damaged is removed, for it is made again when it is needed; stored blobs
 * never are. The order is that in which parts lean on each other: version, files that nobody writes
 * any more, indices with the copies of their layers, trees against the indices, spans against the
 * indices, whole files, profiles, blobs, and last the catalog against all of them, so that one
 * repair leaves nothing to find.
 *
 * <p>Safe beside servers and processes that index: indices and trees are looked at under the locks
 * of their makers, and what is being made is passed over; a file that has been replaced since it
 * was looked at stays; a server reads on in a file that was removed, as it has it open or mapped. A
 * damaged catalog is left to the server that uses it.
 *
 * <p>Not checked: archives that were unwrapped, of which no digest is known (layers read from them
 * have theirs), locks, logs, and the objects that the catalog counts.
 */
public final class StoreCheck {
  private final Store store;
  private final Problems problems;
  private final boolean served;

  private StoreCheck(Store store, Problems problems, boolean served) {
    this.store = store;
    this.problems = problems;
    this.served = served;
  }

  /**
   * Checks a store.
   *
   * @param store best from {@link Store#existing}: {@link Store#open} tidies up
   * @param problems told of what is found; says whether it is mended
   * @param served whether a server uses the store
   * @throws IOException when a file cannot be read
   */
  public static void run(Store store, Problems problems, boolean served) throws IOException {
    new StoreCheck(store, problems, served).run();
  }

  private void run() throws IOException {
    if (!checkVersion()) {
      return;
    }
    for (Path file : store.leftovers()) {
      problems.repairable(
          file,
          "its writer has ended without finishing it",
          "removed",
          () -> Files.deleteIfExists(file));
    }
    Map<Digest, IndexFiles.Sound> indices = new IndexFiles(store, problems).check();
    new TreeFiles(store, problems, indices).check();
    new SpanFiles(store, problems, indices).check();
    new WholeFileChecks(store, problems).check();
    checkProfiles();
    new BlobFiles(store, problems).check();
    new CatalogRows(store, problems, served).check();
  }

  /** Whether the rest can be judged. */
  private boolean checkVersion() throws IOException {
    Path file = store.derived().resolve("VERSION");
    Optional<OcifsException> fault = store.versionFault();
    if (fault.isEmpty()) {
      return true;
    }
    if (store.isOfOtherVersion()) {
      problems.left(
          file, fault.get().what(), "use that version of ocifs, or delete " + store.derived());
      return false;
    }
    // Whatever version it was: each of the files says its own.
    problems.repairable(file, fault.get().what(), "made anew", store::restore);
    return true;
  }

  private void checkProfiles() throws IOException {
    for (Path file : Folders.list(store.derived().resolve("profiles"))) {
      problems.lookAt(file, () -> checkProfile(file));
    }
  }

  private void checkProfile(Path file) throws IOException {
    Optional<Object> identity = Problems.identity(file);
    try {
      HeatProfile.read(file);
    } catch (OcifsException e) {
      problems.damaged(file, identity, e.what());
    }
  }
}
