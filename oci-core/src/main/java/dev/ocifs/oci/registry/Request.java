package dev.ocifs.oci.registry;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a server, without who asks. Immutable.
 *
 * @param role how the address was come by, for messages
 * @param headers none of them secret
 */
record Request(
    String method, URI uri, String role, Map<String, String> headers, @Nullable Payload payload) {

  Request(String method, URI uri) {
    this(method, uri, "an address", Map.of(), null);
  }

  static Request get(URI uri) {
    return new Request("GET", uri);
  }

  Request with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Request(method, uri, role, Map.copyOf(more), payload);
  }

  Request with(Payload value) {
    return new Request(method, uri, role, headers, value);
  }

  Request as(String value) {
    return new Request(method, uri, value, headers, payload);
  }

  Request to(URI target) {
    return new Request(method, target, role, headers, payload);
  }

  /** Whether it changes nothing at the server. */
  boolean isRead() {
    return method.equals("GET") || method.equals("HEAD");
  }

  /** Without what is secret in the address. */
  @Override
  public String toString() {
    return method + " " + Origin.shown(uri);
  }
}
