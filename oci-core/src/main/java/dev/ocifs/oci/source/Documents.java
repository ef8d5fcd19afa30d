package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.Optional;

/**
 * Reads documents of a folder: bounded, and compared with their descriptor before anybody parses
 * them (rules 27 and 28).
 */
final class Documents {
  private final BlobFolder folder;
  private final Limits limits;

  Documents(BlobFolder folder, Limits limits) {
    this.folder = folder;
    this.limits = limits;
  }

  /** The bytes of a file, empty when there is none. */
  Optional<byte[]> read(String path) throws IOException {
    Optional<BlobSource> found = folder.open(path);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try (BlobSource blob = found.get()) {
      if (blob.size() > limits.maxDocumentBytes()) {
        throw new OcifsException(
                OcifsException.Kind.LIMIT,
                blob
                    + " has "
                    + blob.size()
                    + " bytes, a document has at most "
                    + limits.maxDocumentBytes())
            .rule(28);
      }
      byte[] bytes = new byte[(int) blob.size()];
      blob.readFully(0, bytes, 0, bytes.length);
      return Optional.of(bytes);
    }
  }

  /**
   * The bytes that a descriptor refers to.
   *
   * @throws OcifsException {@code NOT_FOUND} when there are none, {@code MISMATCH} when they are
   *     others
   */
  byte[] read(Descriptor descriptor) throws IOException {
    String path = BlobFolder.blobPath(descriptor.digest());
    byte[] bytes = read(path).orElseThrow(() -> missing(descriptor));
    checkSize(descriptor, bytes.length);
    if (!Hasher.hash(descriptor.digest().algorithm(), bytes).equals(descriptor.digest())) {
      throw new OcifsException(
              OcifsException.Kind.MISMATCH,
              folder + "/" + path + " has not the digest that its name says")
          .rule(27)
          .hint("the blob is damaged: get the image again");
    }
    return bytes;
  }

  OcifsException missing(Descriptor descriptor) {
    return new OcifsException(
            OcifsException.Kind.NOT_FOUND, folder + " has no blob " + descriptor.digest())
        .hint("the image is not complete: get it again");
  }

  static void checkSize(Descriptor descriptor, long size) throws OcifsException {
    if (size != descriptor.size()) {
      throw new OcifsException(
              OcifsException.Kind.MISMATCH,
              "blob "
                  + descriptor.digest()
                  + " has "
                  + size
                  + " bytes, its descriptor says "
                  + descriptor.size())
          .rule(27)
          .hint("the image is damaged: get it again");
    }
  }
}
