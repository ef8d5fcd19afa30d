package dev.ocifs.layerfs.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ocifs.oci.OcifsException;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves the figures of a {@link Metrics} over HTTP, for Prometheus and for people: {@code GET
 * /metrics} and nothing else.
 *
 * <p>None of its threads keeps the JVM alive. A client that is slow holds up no other: each request
 * has a virtual thread of its own. Thread-safe; its maker closes it.
 */
public final class MetricsServer implements Closeable {
  private static final int MAX_PORT = 65_535;

  static {
    // The server's defaults are to wait for a request for ever, and for any number of them.
    setDefault("sun.net.httpserver.maxReqTime", "10");
    setDefault("sun.net.httpserver.maxRspTime", "30");
    setDefault("jdk.httpserver.maxConnections", "64");
  }

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Metrics metrics;

  private MetricsServer(HttpServer server, Metrics metrics) {
    this.server = server;
    this.metrics = metrics;
  }

  /**
   * Begins to serve.
   *
   * @param address where to listen; port 0 takes any that is free
   * @throws OcifsException {@code USAGE} when nobody can listen there
   */
  public static MetricsServer start(InetSocketAddress address, Metrics metrics)
      throws OcifsException {
    // Its dispatching thread is a daemon exactly when the thread that starts it is one. That thread
    // comes first: a server that is made and never started cannot be closed.
    CompletableFuture<MetricsServer> started = new CompletableFuture<>();
    Thread.ofPlatform().daemon().start(() -> complete(started, address, metrics));
    try {
      return started.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw new OcifsException(
                OcifsException.Kind.USAGE,
                "cannot serve metrics at " + address + ": " + cause,
                cause)
            .hint("give another port, or 0 for any that is free");
      }
      throw new IllegalStateException("the HTTP server does not start", e.getCause());
    }
  }

  private static void complete(
      CompletableFuture<MetricsServer> started, InetSocketAddress address, Metrics metrics) {
    try {
      MetricsServer server = new MetricsServer(HttpServer.create(address, 0), metrics);
      server.start();
      started.complete(server);
    } catch (IOException | RuntimeException | Error e) {
      started.completeExceptionally(e);
    }
  }

  /**
   * Parses {@code PORT} or {@code HOST:PORT}, an IPv6 address in brackets; without a host it is the
   * loopback address.
   *
   * @throws OcifsException {@code USAGE} when it is neither, or the host has no address
   */
  public static InetSocketAddress parse(String text) throws OcifsException {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseUnsignedInt(text.substring(colon + 1));
      if (port <= MAX_PORT && colon != 0) {
        InetAddress host =
            colon < 0
                ? InetAddress.getLoopbackAddress()
                : InetAddress.getByName(text.substring(0, colon));
        return new InetSocketAddress(host, port);
      }
    } catch (NumberFormatException | IOException e) {
      // falls through to the one message
    }
    throw new OcifsException(
            OcifsException.Kind.USAGE, "'" + text + "' is no address to serve metrics at")
        .hint("write it as 9464, 10.0.0.1:9464 or [::1]:9464");
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Stops listening, and ends the requests under way. */
  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  private void start() {
    server.setExecutor(executor);
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals("/metrics")) {
        exchange.sendResponseHeaders(404, -1);
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        exchange.sendResponseHeaders(405, -1);
      } else {
        byte[] body = metrics.toPrometheus().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", PrometheusText.CONTENT_TYPE);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
      }
    }
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
