package dev.ocifs.tests.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
  private final Path log;
  private final int port;
  private @Nullable Process process;

  /**
   * Not started yet.
   *
   * @param dir the test's
   */
  DebianRegistry(Path dir) throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    log = dir.resolve("registry.log");
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
                .formatted(data, host()));
  }

  String host() {
    return "127.0.0.1:" + port;
  }

  /** Returns when it serves. */
  void start() throws IOException {
    Process started =
        new ProcessBuilder(PROGRAM, "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    process = started;
    while (!isListening()) {
      assertThat(started.isAlive()).as("%s", log).isTrue();
      Thread.onSpinWait();
    }
  }

  private boolean isListening() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends it at once; again does nothing. */
  void stop() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }

  /** How many bytes it has sent for each request of a blob, as its log says. */
  List<Long> sentBlobs() throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .map(SENT::matcher)
          .filter(Matcher::find)
          .map(sent -> Long.valueOf(sent.group(1)))
          .toList();
    }
  }

  /** The file in which it keeps a blob. */
  Path blob(Digest digest) {
    String hex = digest.hex();
    return data.resolve(
        "docker/registry/v2/blobs/sha256/" + hex.substring(0, 2) + "/" + hex + "/data");
  }
}
