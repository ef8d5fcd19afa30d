package dev.ocifs.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A registry on loopback with the one image of an OCI layout, under any name and tag; of the
 * distribution specification it has what a pull asks for.
 */
final class TrainingRegistry implements Closeable {
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");
  private static final Pattern DIGEST = Pattern.compile("\"digest\": *\"(sha256:[0-9a-f]{64})\"");

  private final Path layout;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  TrainingRegistry(Path layout) throws IOException {
    this.layout = layout;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/v2/", this::answer);
    server.start();
  }

  /** The name of its image. */
  String image() {
    return "127.0.0.1:" + server.getAddress().getPort() + "/training/image:1";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String[] words = exchange.getRequestURI().getPath().split("/", -1);
      String kind = words.length < 2 ? "" : words[words.length - 2];
      String name = words[words.length - 1];
      switch (kind) {
        case "manifests" -> {
          Matcher digest = DIGEST.matcher(Files.readString(layout.resolve("index.json")));
          exchange
              .getResponseHeaders()
              .set("Content-Type", "application/vnd.oci.image.manifest.v1+json");
          send(exchange, name.startsWith("sha256:") || !digest.find() ? name : digest.group(1));
        }
        case "blobs" -> send(exchange, name);
        default -> exchange.sendResponseHeaders(kind.isEmpty() ? 404 : 200, -1);
      }
    }
  }

  private void send(HttpExchange exchange, String digest) throws IOException {
    Path file = layout.resolve("blobs").resolve(digest.replace(':', '/'));
    if (!Files.isRegularFile(file)) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    byte[] bytes = Files.readAllBytes(file);
    exchange.getResponseHeaders().set("Docker-Content-Digest", digest);
    String range = exchange.getRequestHeaders().getFirst("Range");
    Matcher asked = RANGE.matcher(range == null ? "" : range);
    int from = 0;
    int to = bytes.length;
    int code = 200;
    if (asked.matches()) {
      from = Integer.parseInt(asked.group(1));
      to = asked.group(2).isEmpty() ? to : Math.min(to, Integer.parseInt(asked.group(2)) + 1);
      code = 206;
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + bytes.length);
    }
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(code, head ? -1 : to - from);
    if (!head) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(bytes, from, to - from);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
