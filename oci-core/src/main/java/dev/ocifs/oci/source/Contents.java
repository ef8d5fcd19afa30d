package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import java.io.Closeable;
import java.io.IOException;

/**
 * Content by digest: where the documents and the layers of an image are got. Nothing here verifies
 * any. Thread-safe. Whoever opened it closes it, after what was opened from it.
 */
public interface Contents extends Closeable {

  /** Whether the content can be got, as far as can be told without getting it. */
  boolean has(Descriptor descriptor) throws IOException;

  /**
   * Opens content by the digest of its descriptor; its size may be another one than the descriptor
   * says. The caller closes it.
   *
   * @throws dev.ocifs.oci.OcifsException {@code NOT_FOUND} when it is missing
   */
  BlobSource open(Descriptor descriptor) throws IOException;
}
