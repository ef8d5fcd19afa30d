package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;

/** The {@code blobs/} of an OCI layout. */
final class FolderContents implements Contents {
  private final Folder folder;

  /**
   * @param folder closed with this
   */
  FolderContents(Folder folder) {
    this.folder = folder;
  }

  /** A digest has passed its grammar, so the name cannot climb. */
  static String name(Digest digest) {
    return "blobs/" + digest.algorithm().id() + "/" + digest.hex();
  }

  @Override
  public boolean has(Descriptor descriptor) throws IOException {
    return folder.holds(name(descriptor.digest()));
  }

  @Override
  public BlobSource open(Descriptor descriptor) throws IOException {
    try {
      return folder.open(name(descriptor.digest()));
    } catch (OcifsException e) {
      if (e.kind() == OcifsException.Kind.NOT_FOUND) {
        throw new OcifsException(
                OcifsException.Kind.NOT_FOUND,
                "blob " + descriptor.digest() + " is missing: " + e.getMessage(),
                e)
            .hint("the image was copied incompletely; copy it again");
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    folder.close();
  }
}
