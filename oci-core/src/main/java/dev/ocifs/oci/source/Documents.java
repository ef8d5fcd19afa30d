package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageConfig;
import dev.ocifs.oci.manifest.ImageManifest;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The documents of one image, kept in use by it. Whoever opened the image closes them with it. Used
 * by one thread until the image is open.
 */
final class Documents implements Closeable {
  private final OpenOptions options;
  private final List<DocumentCache.Use<?>> uses = new ArrayList<>();

  Documents(OpenOptions options) {
    this.options = options;
  }

  /**
   * The manifest that a descriptor names.
   *
   * @throws OcifsException {@code MISMATCH} when it is not what the descriptor says
   */
  ImageManifest manifest(Descriptor descriptor, Blobs blobs) throws IOException {
    ImageManifest manifest =
        use(
            ImageManifest.class,
            descriptor.digest(),
            descriptor.size(),
            () -> ImageManifest.parse(blobs.document(descriptor)));
    check(manifest.document(), descriptor);
    return manifest;
  }

  /** The configuration that a descriptor names; as {@link #manifest}. */
  ImageConfig config(Descriptor descriptor, Blobs blobs) throws IOException {
    ImageConfig config =
        use(
            ImageConfig.class,
            descriptor.digest(),
            descriptor.size(),
            () -> ImageConfig.parse(blobs.document(descriptor)));
    check(config.document(), descriptor);
    return config;
  }

  /** The configuration with these bytes. */
  ImageConfig config(Document document) throws IOException {
    return use(
        ImageConfig.class, document.digest(), document.size(), () -> ImageConfig.parse(document));
  }

  private <D> D use(Class<D> type, Digest digest, long bytes, DocumentCache.Loader<D> loader)
      throws IOException {
    DocumentCache.Use<D> use = options.documents().get(type, digest, bytes, loader);
    uses.add(use);
    return use.document();
  }

  /** What was kept may have been opened by another descriptor, or with other limits. */
  private void check(Document document, Descriptor promised) throws OcifsException {
    Document.checkLength(document.size(), options.limits());
    if (document.mismatch(promised).isPresent()) {
      throw document.mismatch(promised).get();
    }
  }

  @Override
  public void close() {
    uses.forEach(DocumentCache.Use::close);
    uses.clear();
  }
}
