package dev.ocifs.oci.registry;

import dev.ocifs.oci.Digest;
import java.io.IOException;

/**
 * {@code HEAD /v2/NAME/blobs/DIGEST}: whether a repository has a blob.
 *
 * <p>Source: distribution spec, "Checking if content exists in the registry".
 */
final class HeadBlob implements Operation<Boolean> {
  private final Digest digest;
  private final boolean toPush;

  /**
   * An operation for one blob.
   *
   * @param toPush whether it will be pushed next: then the token is to be good for that, too
   */
  HeadBlob(Digest digest, boolean toPush) {
    this.digest = digest;
    this.toPush = toPush;
  }

  @Override
  public String what() {
    return "blob " + digest;
  }

  @Override
  public Scope scope(Place place) {
    return toPush ? Scope.push(place.repository()) : Scope.pull(place.repository());
  }

  @Override
  public Request request(Place place) throws IOException {
    return new Request("HEAD", place.uri("blobs/" + digest));
  }

  @Override
  public boolean accepts(int status) {
    return status == 200 || status == 404;
  }

  @Override
  public Boolean handle(Place place, Response response) {
    return response.status() == 200;
  }
}
