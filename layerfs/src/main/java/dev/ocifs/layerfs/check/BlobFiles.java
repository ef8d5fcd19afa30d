package dev.ocifs.layerfs.check;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageIndex;
import dev.ocifs.oci.manifest.LayoutVersion;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Checks what was stored, the image layout that a store is: that each blob has its digest, and that
 * what {@code index.json} lists is there. None of it can be made again, so that nothing is removed.
 */
final class BlobFiles {
  private static final String COPY = "copy the image into the store again";

  private final Store store;
  private final Problems problems;

  BlobFiles(Store store, Problems problems) {
    this.store = store;
    this.problems = problems;
  }

  void check() throws IOException {
    Path version = store.root().resolve("oci-layout");
    Path index = store.root().resolve("index.json");
    problems.lookAt(version, () -> checkDocument(version, LayoutVersion::check));
    problems.lookAt(index, () -> checkDocument(index, this::checkIndex));
    for (Path algorithm : Folders.list(store.root().resolve("blobs"))) {
      for (Path file : Folders.list(algorithm)) {
        problems.lookAt(file, () -> checkBlob(Folders.name(algorithm), file));
      }
    }
  }

  /** Reads a document, and throws when it is wrong. */
  @FunctionalInterface
  private interface Reader {
    void read(Document document) throws IOException;
  }

  private void checkDocument(Path file, Reader reader) throws IOException {
    try {
      Document.checkLength(Files.size(file), Limits.DEFAULT);
      reader.read(Document.of(Files.readAllBytes(file), Limits.DEFAULT));
    } catch (NoSuchFileException e) {
      problems.repairable(file, "it is missing", "made anew, empty", store::restore);
    } catch (OcifsException e) {
      problems.left(file, e.what(), "restore the file; the blobs are as they are");
    }
  }

  private void checkIndex(Document document) throws IOException {
    for (Descriptor listed : ImageIndex.parse(document).manifests()) {
      Path blob = store.blob(listed.digest());
      if (!Files.isRegularFile(blob)) {
        problems.left(blob, "index.json lists it, and it is missing", COPY);
      } else if (Files.size(blob) != listed.size()) {
        problems.left(
            blob, "it has " + Files.size(blob) + " bytes, index.json says " + listed.size(), COPY);
      }
    }
  }

  private void checkBlob(String algorithm, Path file) throws IOException {
    Optional<Digest> name = Contents.named(algorithm, file);
    if (name.isEmpty()) {
      problems.left(file, "its name is no digest", "move it away, nothing of ocifs uses it");
      return;
    }
    Contents.fault(file, name.get())
        .ifPresent(what -> problems.left(file, what, "delete it and " + COPY));
  }
}
