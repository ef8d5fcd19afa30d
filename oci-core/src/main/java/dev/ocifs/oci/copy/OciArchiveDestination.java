package dev.ocifs.oci.copy;

import dev.ocifs.oci.manifest.LayoutVersion;
import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A new tar of an OCI image layout that holds one image. */
public final class OciArchiveDestination implements Destination {
  private final Path file;
  private final Optional<String> ref;
  private final boolean replace;

  /**
   * @param file absolute
   * @param ref what the image is to be called in it
   * @param replace whether a file that is there is to go; else it is an error
   */
  public OciArchiveDestination(Path file, Optional<String> ref, boolean replace) {
    this.file = file;
    this.ref = ref;
    this.replace = replace;
  }

  @Override
  public Output open(CopyPlan plan) throws IOException {
    ArchiveFile archive = ArchiveFile.create(file, replace);
    return new Output() {
      @Override
      public int concurrency() {
        return 1;
      }

      @Override
      public void put(PlannedBlob blob, BlobSource content) throws IOException {
        archive.add(MemberNames.blob(blob.digest()), content);
      }

      @Override
      public void commit() throws IOException {
        for (PlannedManifest manifest : plan.manifests()) {
          archive.add(
              MemberNames.blob(manifest.descriptor().digest()), manifest.document().bytes());
        }
        archive.add(MemberNames.VERSION, LayoutVersion.current());
        archive.add(MemberNames.INDEX, LayoutIndex.of(ref, plan.top()));
        archive.commit();
      }

      @Override
      public void close() throws IOException {
        archive.close();
      }
    };
  }

  @Override
  public String toString() {
    return "oci-archive:" + file + ref.map(r -> ":" + r).orElse("");
  }
}
