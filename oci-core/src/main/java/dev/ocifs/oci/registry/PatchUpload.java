package dev.ocifs.oci.registry;

import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code PATCH} of an upload with one chunk. Where it breaks off, the upload is asked how far it
 * got, and the rest of the chunk goes from there.
 *
 * <p>Source: distribution spec, "Pushing a blob in chunks". An attempt after a failed one is a
 * {@code GET} of the upload, whose answer tells the position; then the chunk goes on.
 */
final class PatchUpload implements Operation<PatchUpload.Progress> {
  private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-([0-9]{1,18})");

  private final String what;
  private final URI address;
  private final BlobSource blob;
  private final long pos;
  private final long end;
  private boolean asked;

  PatchUpload(String what, URI address, BlobSource blob, long pos, long end) {
    this.what = what;
    this.address = address;
    this.blob = blob;
    this.pos = pos;
    this.end = end;
  }

  /**
   * How far an upload has got.
   *
   * @param pos of the next byte that it wants
   */
  record Progress(URI address, long pos) {}

  @Override
  public String what() {
    return what;
  }

  @Override
  public Scope scope(Place place) {
    return Scope.push(place.repository());
  }

  @Override
  public Request request(Place place) {
    if (asked) {
      return Request.get(address).as("an upload");
    }
    asked = true;
    return new Request("PATCH", address)
        .as("an upload")
        .with("Content-Type", "application/octet-stream")
        .with("Content-Range", pos + "-" + (end - 1))
        .with(Payload.of(blob, pos, end - pos));
  }

  @Override
  public boolean accepts(int status) {
    return status == 202 || status == 204;
  }

  @Override
  public Progress handle(Place place, Response response) throws IOException {
    Optional<URI> next = response.location("Location");
    return new Progress(next.orElse(address), position(response));
  }

  /**
   * Where the server wants to go on. An empty upload says {@code 0-0}, as one of a single byte
   * does: taken for empty where nothing more is known to have gone.
   */
  private long position(Response response) {
    Optional<String> range = response.header("Range").map(String::trim);
    Matcher matcher = RANGE.matcher(range.orElse(""));
    if (!matcher.matches()) {
      return response.status() == 202 ? end : pos;
    }
    long last = Long.parseLong(matcher.group(1));
    return last == 0 && end != 1 ? 0 : Math.min(last + 1, end);
  }
}
