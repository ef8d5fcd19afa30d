package dev.ocifs.oci.registry;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageIndex;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /v2/NAME/referrers/DIGEST}: one page of it, or nothing where a registry does not know
 * this endpoint.
 *
 * <p>Source: distribution spec 1.1, "Listing Referrers". The registry may filter or not: whoever
 * asks filters again.
 */
final class ListReferrers implements Operation<Optional<Pages.Page<Descriptor>>> {
  private final Digest subject;
  private final Optional<String> artifactType;
  private final Optional<URI> page;
  private final Limits limits;

  ListReferrers(Digest subject, Optional<String> artifactType, Optional<URI> page, Limits limits) {
    this.subject = subject;
    this.artifactType = artifactType;
    this.page = page;
    this.limits = limits;
  }

  @Override
  public String what() {
    return "the referrers of " + subject;
  }

  @Override
  public Request request(Place place) throws IOException {
    String filter =
        artifactType
            .map(type -> "?artifactType=" + URLEncoder.encode(type, StandardCharsets.UTF_8))
            .orElse("");
    Request request =
        page.isPresent()
            ? Request.get(page.get()).as("the next page")
            : Request.get(place.uri("referrers/" + subject + filter));
    return request.with("Accept", MediaType.OCI_INDEX.value());
  }

  @Override
  public boolean accepts(int status) {
    return status == 200 || status == 404;
  }

  @Override
  public Optional<Pages.Page<Descriptor>> handle(Place place, Response response)
      throws IOException {
    if (response.status() == 404
        || !GetManifest.contentType(response).equals(MediaType.OCI_INDEX)) {
      return Optional.empty(); // some answer with a page for people
    }
    byte[] bytes = response.bytes(limits.maxDocumentBytes());
    List<Descriptor> referrers = ImageIndex.parse(Document.of(bytes, limits)).manifests();
    return Optional.of(new Pages.Page<>(referrers, bytes.length, Pages.next(response)));
  }
}
