package dev.ocifs.oci.registry;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.Document;
import java.io.IOException;
import java.util.Optional;

/**
 * {@code GET /v2/NAME/blobs/DIGEST} for a small document: its size and digest are compared with its
 * descriptor.
 *
 * <p>Source: distribution spec, "Pulling blobs".
 */
final class GetBlob implements Operation<Document> {
  private final Descriptor descriptor;
  private final Limits limits;

  GetBlob(Descriptor descriptor, Limits limits) {
    this.descriptor = descriptor;
    this.limits = limits;
  }

  @Override
  public String what() {
    return "blob " + descriptor.digest();
  }

  @Override
  public Request request(Place place) throws IOException {
    return Request.get(place.uri("blobs/" + descriptor.digest()));
  }

  @Override
  public boolean accepts(int status) {
    return status == 200;
  }

  @Override
  public Document handle(Place place, Response response) throws IOException {
    Document document =
        Document.of(
            response.bytes(limits.maxDocumentBytes()), descriptor.digest().algorithm(), limits);
    Optional<OcifsException> mismatch = document.mismatch(descriptor);
    if (mismatch.isPresent()) {
      throw mismatch.get();
    }
    return document;
  }
}
