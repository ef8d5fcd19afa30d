package dev.ocifs.tests.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Digest;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code docker-registry} on loopback, in clear text, with a port and a folder of its own. May be
 * stopped and started again: it keeps what was pushed, and its port. Not thread-safe.
 */
final class DebianRegistry {
  static final String PROGRAM = "docker-registry";

  private static final Pattern SENT =
      Pattern.compile(
          "response completed.* http.request.method=GET .*/blobs/.* http.response.written=(\\d+)");

  private final Path data;
  private final Path config;
  private final String host;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong sentBytes = new AtomicLong();
  private @Nullable Process process;
  private @Nullable Thread counting;

  /**
   * Not started yet.
   *
   * @param dir the test's
   */
  DebianRegistry(Path dir) throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      host = "127.0.0.1:" + free.getLocalPort();
    }
    data = dir.resolve("data");
    config =
        Files.writeString(
            dir.resolve("config.yml"),
            """
            version: 0.1
            log:
              level: info
            storage:
              filesystem:
                rootdirectory: %s
            http:
              addr: %s
            """
                .formatted(data, host));
  }

  String host() {
    return host;
  }

  /** Returns when it serves. */
  void start() throws IOException {
    process =
        new ProcessBuilder(PROGRAM, "serve", config.toString()).redirectErrorStream(true).start();
    BufferedReader log = process.inputReader(UTF_8);
    String line = log.readLine();
    while (line != null && !line.contains("listening on")) {
      line = log.readLine();
    }
    assertThat(line).as("docker-registry serves").isNotNull();
    counting = Thread.ofVirtual().start(() -> log.lines().forEach(this::count));
  }

  private void count(String line) {
    Matcher sent = SENT.matcher(line);
    if (sent.find()) {
      requests.incrementAndGet();
      sentBytes.addAndGet(Long.parseLong(sent.group(1)));
    }
  }

  /** Ends it at once; again does nothing. */
  void stop() {
    try {
      if (process != null) {
        process.destroyForcibly().waitFor();
      }
      if (counting != null) {
        counting.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How often blobs were asked for, as its log says; known for sure when it is stopped. */
  long requests() {
    return requests.get();
  }

  /** How many bytes of blobs it has sent, as {@link #requests}. */
  long sentBytes() {
    return sentBytes.get();
  }

  /** The file in which it keeps a blob. */
  Path blob(Digest digest) {
    String hex = digest.hex();
    return data.resolve(
        "docker/registry/v2/blobs/sha256/" + hex.substring(0, 2) + "/" + hex + "/data");
  }
}
