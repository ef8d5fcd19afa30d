package dev.ocifs.oci.registry;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code HEAD /v2/NAME/manifests/REFERENCE}: whether there is such a manifest, and what names it.
 *
 * <p>Source: distribution spec, "Checking if content exists in the registry". A registry may leave
 * digest or length out: then there is no descriptor to be had this way, which is an error.
 */
final class HeadManifest implements Operation<Optional<Descriptor>> {
  private final String reference;

  HeadManifest(String reference) {
    this.reference = reference;
  }

  @Override
  public String what() {
    return "the manifest " + reference;
  }

  @Override
  public Request request(Place place) throws IOException {
    return new Request("HEAD", place.uri("manifests/" + reference))
        .with("Accept", GetManifest.ACCEPT);
  }

  @Override
  public boolean accepts(int status) {
    return status == 200 || status == 404;
  }

  @Override
  public Optional<Descriptor> handle(Place place, Response response) throws IOException {
    if (response.status() == 404) {
      return Optional.empty();
    }
    Optional<Digest> digest =
        reference.indexOf(':') > 0
            ? Optional.of(Digest.parse(reference))
            : GetManifest.contentDigest(response);
    OptionalLong size = response.number("Content-Length");
    if (digest.isEmpty() || size.isEmpty()) {
      throw new OcifsException(
          OcifsException.Kind.REMOTE, place + " does not say which manifest " + reference + " is");
    }
    return Optional.of(
        new Descriptor(GetManifest.contentType(response), digest.get(), size.getAsLong()));
  }
}
