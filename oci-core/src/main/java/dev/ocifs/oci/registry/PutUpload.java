package dev.ocifs.oci.registry;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * {@code PUT} of an upload: sends what is left of the blob, and has the registry compare its
 * digest.
 *
 * <p>Source: distribution spec, "POST then PUT". Not repeated by itself, as nobody knows what an
 * attempt that broke off has left behind: the whole upload is.
 */
final class PutUpload implements Operation<Boolean> {
  private final Digest digest;
  private final URI address;
  private final BlobSource blob;
  private final long pos;

  PutUpload(Digest digest, URI address, BlobSource blob, long pos) {
    this.digest = digest;
    this.address = address;
    this.blob = blob;
    this.pos = pos;
  }

  @Override
  public String what() {
    return "the push of blob " + digest;
  }

  @Override
  public Scope scope(Place place) {
    return Scope.push(place.repository());
  }

  @Override
  public boolean isRepeatable() {
    return false;
  }

  @Override
  public Request request(Place place) {
    String query = "digest=" + URLEncoder.encode(digest.toString(), StandardCharsets.UTF_8);
    return new Request("PUT", TokenServer.withQuery(address, query))
        .as("an upload")
        .with("Content-Type", "application/octet-stream")
        .with(Payload.of(blob, pos, blob.size() - pos));
  }

  @Override
  public boolean accepts(int status) {
    return status == 201 || status == 204;
  }

  @Override
  public Boolean handle(Place place, Response response) throws IOException {
    Optional<Digest> stored = GetManifest.contentDigest(response);
    if (stored.isPresent()
        && stored.get().algorithm() == digest.algorithm()
        && !stored.get().equals(digest)) {
      throw new OcifsException(
          OcifsException.Kind.MISMATCH,
          place + " has stored blob " + digest + " as " + stored.get());
    }
    return true;
  }
}
