package dev.ocifs.oci.registry;

import dev.ocifs.oci.OcifsException;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpHeaders;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a server answered; whoever got it closes it. Not thread-safe.
 *
 * @param uri that answered: of the last hop
 */
record Response(URI uri, int status, HttpHeaders headers, Body body) implements Closeable {

  /** What may be read of a body that nobody wants, so that its connection can be used again. */
  private static final int DISCARD_BYTES = 64 << 10;

  Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  /** The value of a header that must be a whole number; what is none counts as absent. */
  OptionalLong number(String name) {
    Optional<String> value = header(name).map(String::trim).filter(v -> v.matches("[0-9]{1,18}"));
    return value.isPresent() ? OptionalLong.of(Long.parseLong(value.get())) : OptionalLong.empty();
  }

  /**
   * An address in a header, absolute.
   *
   * @throws OcifsException {@code REMOTE} when there is one that is none
   */
  Optional<URI> location(String name) throws OcifsException {
    Optional<String> value = header(name);
    return value.isEmpty() ? Optional.empty() : Optional.of(resolve(value.get()));
  }

  /** An address that the answer names, relative to where it came from. */
  URI resolve(String address) throws OcifsException {
    try {
      return uri.resolve(new URI(address));
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new OcifsException(
          OcifsException.Kind.REMOTE, uri.getHost() + " names an address that is none", e);
    }
  }

  /**
   * The whole body.
   *
   * @throws OcifsException {@code LIMIT} when it is longer than {@code max}
   */
  byte[] bytes(int max) throws IOException {
    if (number("Content-Length").orElse(0) > max) {
      throw tooLong(max);
    }
    byte[] bytes = firstBytes(max < Integer.MAX_VALUE ? max + 1 : max);
    if (bytes.length > max) {
      throw tooLong(max);
    }
    return bytes;
  }

  /** The body, or its first bytes where it is longer. */
  byte[] firstBytes(int max) throws IOException {
    byte[] bytes = new byte[Math.min(max, 16 << 10)];
    int length = 0;
    while (length < max) {
      if (length == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(max, 2L * bytes.length));
      }
      int n = body.read(bytes, length, bytes.length - length);
      if (n < 0) {
        break;
      }
      length += n;
    }
    return Arrays.copyOf(bytes, length);
  }

  /** Reads a short rest of the body, that the connection may live on, and closes. */
  void discard() throws IOException {
    try (this) {
      firstBytes(DISCARD_BYTES);
    }
  }

  private OcifsException tooLong(int max) {
    return new OcifsException(
        OcifsException.Kind.LIMIT,
        uri.getHost() + " answers with a document longer than the limit of " + max + " bytes");
  }

  @Override
  public void close() {
    body.close();
  }
}
