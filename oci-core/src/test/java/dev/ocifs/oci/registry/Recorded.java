package dev.ocifs.oci.registry;

import com.sun.net.httpserver.Headers;
import java.util.Optional;

/**
 * A request as a {@link TestRegistry} got it.
 *
 * @param query as it was sent, or the form of a {@code POST} for a token
 */
public record Recorded(Route route, String method, String path, String query, Headers headers) {

  /** The first value of a header. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.getFirst(name));
  }
}
