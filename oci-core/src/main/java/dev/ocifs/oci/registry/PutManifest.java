package dev.ocifs.oci.registry;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.Optional;

/**
 * {@code PUT /v2/NAME/manifests/REFERENCE}; gives the subject that the registry has taken note of.
 *
 * <p>Source: distribution spec, "Pushing Manifests" and "Pushing Manifests with Subject".
 */
final class PutManifest implements Operation<Optional<String>> {
  private final String reference;
  private final MediaType mediaType;
  private final byte[] bytes;

  PutManifest(String reference, MediaType mediaType, byte[] bytes) {
    this.reference = reference;
    this.mediaType = mediaType;
    this.bytes = bytes;
  }

  @Override
  public String what() {
    return "the push of manifest " + reference;
  }

  @Override
  public Scope scope(Place place) {
    return Scope.push(place.repository());
  }

  @Override
  public Request request(Place place) throws IOException {
    return new Request("PUT", place.uri("manifests/" + reference))
        .with("Content-Type", mediaType.value())
        .with(Payload.of(bytes));
  }

  @Override
  public boolean accepts(int status) {
    return status == 201 || status == 200 || status == 202;
  }

  @Override
  public Optional<String> handle(Place place, Response response) throws IOException {
    Optional<Digest> stored = GetManifest.contentDigest(response);
    if (stored.isPresent() && !stored.get().equals(Hasher.hash(stored.get().algorithm(), bytes))) {
      throw new OcifsException(
          OcifsException.Kind.MISMATCH,
          place + " has stored the manifest " + reference + " as " + stored.get());
    }
    return response.header("OCI-Subject");
  }
}
