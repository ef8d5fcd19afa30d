package dev.ocifs.oci.registry;

import java.io.IOException;
import java.util.Optional;

/**
 * An answer whose status is an error. Only within the package: what leaves it is an {@link
 * dev.ocifs.oci.OcifsException}.
 */
final class Refusal extends IOException {
  private static final long serialVersionUID = 1L;

  /** The status by which a proxy asks who is there. */
  static final int PROXY_LOGIN = 407;

  static final String PROXY_HINT =
      "set HTTP_PROXY and HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT, escaped as in a URL";

  /** Longest body of an error that is looked at, in bytes. */
  private static final int MAX_BODY_BYTES = 16 << 10;

  private final transient String server;
  private final int status;
  private final transient Optional<Answers.Fault> fault;
  private final transient Optional<String> retryAfter;

  private Refusal(
      String server, int status, Optional<Answers.Fault> fault, Optional<String> retryAfter) {
    super("status " + status);
    this.server = server;
    this.status = status;
    this.fault = fault;
    this.retryAfter = retryAfter;
  }

  /** Reads and closes an answer that is an error. */
  static Refusal of(Response response) {
    Optional<Answers.Fault> fault = Optional.empty();
    try (response) {
      fault = Answers.fault(response.firstBytes(MAX_BODY_BYTES));
    } catch (IOException e) {
      // the status says enough
    }
    return new Refusal(
        response.uri().getHost(), response.status(), fault, response.header("Retry-After"));
  }

  /** The host that answered. */
  String server() {
    return server;
  }

  int status() {
    return status;
  }

  /** Whether the same request may be answered otherwise later. */
  boolean isPassing() {
    return isPassing(status);
  }

  static boolean isPassing(int status) {
    return switch (status) {
      case 408, 425, 429, 500, 502, 503, 504 -> true;
      default -> false;
    };
  }

  /** Whether another login is wanted. */
  boolean isDenial() {
    return status == 401 || status == 403;
  }

  Optional<String> retryAfter() {
    return retryAfter;
  }

  /** Status, code and message, for people. */
  String text() {
    StringBuilder text = new StringBuilder().append("status ").append(status);
    fault.ifPresent(
        f ->
            text.append(f.code().isEmpty() ? "" : " " + cut(f.code()))
                .append(f.message().isEmpty() ? "" : ": " + cut(f.message())));
    return text.toString();
  }

  private static String cut(String text) {
    return text.length() <= 300 ? text : text.substring(0, 300) + "...";
  }
}
