package dev.ocifs.oci.source;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.Optional;

/**
 * Files by path: a directory, or an archive read in place. Paths are relative, separated by '/'.
 */
interface BlobFolder {
  /** Opens a file, empty when there is none; the caller closes it. */
  Optional<BlobSource> open(String path) throws IOException;

  /** Where it is, for messages. */
  @Override
  String toString();

  /** Where an OCI layout keeps a blob (OCI image-spec v1.1, image-layout.md). */
  static String blobPath(Digest digest) {
    return "blobs/" + digest.algorithm().id() + "/" + digest.hex();
  }
}
