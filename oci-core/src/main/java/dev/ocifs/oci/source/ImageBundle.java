package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.manifest.Document;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * All that a name leads to: an index with the images of every platform and the statements about
 * them, or one image. Its contents are opened by descriptors. It owns the files that are open;
 * whoever opened it closes it, after everything that was opened from it. Thread-safe.
 */
public final class ImageBundle implements Closeable {
  private final String name;
  private final Descriptor top;
  private final Blobs blobs;
  private final Remoteness remoteness;
  private final Closeable files;

  /** What the registry of an image can do for its layers. */
  @FunctionalInterface
  interface Remoteness {
    Optional<RemoteLayer> of(Descriptor manifest, Descriptor layer) throws IOException;
  }

  ImageBundle(String name, Descriptor top, Blobs blobs, Remoteness remoteness, Closeable files) {
    this.name = name;
    this.top = top;
    this.blobs = blobs;
    this.remoteness = remoteness;
    this.files = files;
  }

  /** As the user named it, with an absolute path: {@code oci:/x/y:app}. */
  public String name() {
    return name;
  }

  /** The index or manifest that the name means. */
  public Descriptor top() {
    return top;
  }

  /**
   * A manifest, an index or a configuration.
   *
   * @throws dev.ocifs.oci.OcifsException {@code MISMATCH} when it is not what the descriptor says,
   *     {@code NOT_FOUND} when it is missing
   */
  public Document document(Descriptor descriptor) throws IOException {
    return blobs.document(descriptor);
  }

  /**
   * Opens a blob, which nobody has verified. The caller closes it, before the bundle.
   *
   * @throws dev.ocifs.oci.OcifsException {@code MISMATCH} when it has another size than the
   *     descriptor says, {@code NOT_FOUND} when it is missing
   */
  public BlobSource open(Descriptor descriptor) throws IOException {
    return blobs.open(descriptor);
  }

  /** What a registry can do for a blob of a manifest of which not all is here. */
  public Optional<RemoteLayer> remote(Descriptor manifest, Descriptor blob) throws IOException {
    return remoteness.of(manifest, blob);
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
