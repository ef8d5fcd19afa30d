package dev.ocifs.oci.copy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import dev.ocifs.oci.stored.StoredImages;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The store itself, in which the image gets a name. What was copied in vain, the store removes. */
public final class StoreDestination implements Destination {
  private final Store store;
  private final String name;

  /**
   * @param name as {@link StoredImages#fullName} takes it
   * @throws OcifsException {@code USAGE} when it is no name
   */
  public StoreDestination(Store store, String name) throws OcifsException {
    this.store = store;
    this.name = StoredImages.fullName(name);
  }

  @Override
  public Output open(CopyPlan plan) {
    return new Writing(plan);
  }

  private final class Writing implements Output {
    private static final int CONCURRENCY = 2;

    private final CopyPlan plan;

    Writing(CopyPlan plan) {
      this.plan = plan;
    }

    @Override
    public int concurrency() {
      return CONCURRENCY;
    }

    @Override
    public void put(PlannedBlob blob, BlobSource content) throws IOException {
      putBlob(blob.digest(), content);
    }

    private void putBlob(Digest digest, BlobSource content) throws IOException {
      Path file = store.blob(digest);
      if (Files.isRegularFile(file) && Files.size(file) == content.size()) {
        return;
      }
      if (content.wholeFile().equals(Optional.of(file))) {
        return; // it was fetched to there, and verified, when it was opened
      }
      try (PendingFile pending = store.create(file)) {
        try (OutputStream out = new Appending(pending)) {
          Streams.copy(content, out);
        }
        pending.commit();
      }
    }

    @Override
    public void commit() throws IOException {
      for (PlannedManifest manifest : plan.manifests()) {
        putBlob(manifest.descriptor().digest(), new BytesBlob(manifest.document().bytes()));
      }
      StoredImages images = new StoredImages(store);
      images.put(name, plan.top(), true);
      for (PlannedBlob blob : plan.blobs()) {
        if (!Files.exists(store.blob(blob.digest()))) {
          // a sweep of the store began before the name was there
          boolean ignored = images.remove(name);
          throw new OcifsException(
                  OcifsException.Kind.STORE, "a blob was removed from the store meanwhile")
              .layer(blob.digest())
              .hint("copy the image again");
        }
      }
    }

    @Override
    public void close() {}
  }

  @Override
  public String toString() {
    return name;
  }
}
