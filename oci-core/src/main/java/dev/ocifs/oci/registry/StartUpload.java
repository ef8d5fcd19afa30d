package dev.ocifs.oci.registry;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * {@code POST /v2/NAME/blobs/uploads/}: begins an upload, or has the blob taken over from another
 * repository of the registry, which makes an upload unnecessary.
 *
 * <p>Source: distribution spec, "Pushing blobs" and "Mounting a blob from another repository".
 */
final class StartUpload implements Operation<Optional<StartUpload.Session>> {
  private final Digest digest;
  private final Optional<String> from;

  StartUpload(Digest digest, Optional<String> from) {
    this.digest = digest;
    this.from = from;
  }

  /**
   * An upload under way.
   *
   * @param minChunkBytes least length of a chunk that is not the last
   */
  record Session(URI address, long minChunkBytes) {}

  @Override
  public String what() {
    return "the push of blob " + digest;
  }

  @Override
  public Scope scope(Place place) {
    return from.map(source -> Scope.mount(place.repository(), source))
        .orElseGet(() -> Scope.push(place.repository()));
  }

  @Override
  public Request request(Place place) throws IOException {
    String mount =
        from.map(
                source ->
                    "?mount="
                        + URLEncoder.encode(digest.toString(), StandardCharsets.UTF_8)
                        + "&from="
                        + URLEncoder.encode(source, StandardCharsets.UTF_8))
            .orElse("");
    return new Request("POST", place.uri("blobs/uploads/" + mount)).with(Payload.of(new byte[0]));
  }

  @Override
  public boolean accepts(int status) {
    return status == 202 || (status == 201 && from.isPresent());
  }

  /** Empty when the repository has the blob now. */
  @Override
  public Optional<Session> handle(Place place, Response response) throws IOException {
    if (response.status() == 201) {
      return Optional.empty();
    }
    return Optional.of(
        new Session(next(place, response), response.number("OCI-Chunk-Min-Length").orElse(0)));
  }

  /** Where an upload goes on. */
  static URI next(Place place, Response response) throws OcifsException {
    return response
        .location("Location")
        .orElseThrow(
            () ->
                new OcifsException(
                    OcifsException.Kind.REMOTE, place + " does not say where to upload to"));
  }
}
