package dev.ocifs.oci.registry;

import dev.ocifs.oci.OcifsException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Sends single requests: no redirects, no logins, no second attempts. Connections are shared by all
 * hosts that trust the same certificates. Thread-safe.
 */
final class Wire implements Closeable {
  private enum Trust {
    OF_THE_JDK,
    ANYONE
  }

  private final HttpSettings settings;
  private final String userAgent;
  private final Time time;
  private final Map<Object, HttpClient> clients = new ConcurrentHashMap<>();

  Wire(HttpSettings settings, String userAgent, Time time) {
    this.settings = settings;
    this.userAgent = userAgent;
    this.time = time;
  }

  /**
   * Sends one request and waits for the head of the answer.
   *
   * @param authorization the value of the header, or null for nobody
   * @param insecure whether any certificate will do
   * @throws IOException when there is no answer in time, or the thread was interrupted, which it
   *     then still is
   */
  Response send(Request request, @Nullable String authorization, boolean insecure)
      throws IOException {
    try {
      HttpRequest http = http(request, authorization);
      HttpResponse<Body> answer =
          await(
              client(http.uri(), insecure)
                  .sendAsync(http, head -> new Body(time, settings.readTimeout())),
              request.payload());
      @Nullable Body body = answer.body();
      if (body == null) { // no answer of the server: the proxy has made no tunnel to it
        throw noTunnel(http.uri(), answer.statusCode());
      }
      return new Response(http.uri(), answer.statusCode(), answer.headers(), body);
    } catch (IllegalArgumentException e) {
      // what a server named is no header or address to the JDK
      throw new OcifsException(
          OcifsException.Kind.REMOTE, Origin.shown(request.uri()) + " cannot be asked", e);
    }
  }

  private HttpRequest http(Request request, @Nullable String authorization) {
    Payload payload = request.payload();
    HttpRequest.Builder http =
        HttpRequest.newBuilder(request.uri())
            // clear text would ask to be upgraded, which some servers take badly
            .version(
                Origin.of(request.uri()).isHttps()
                    ? HttpClient.Version.HTTP_2
                    : HttpClient.Version.HTTP_1_1)
            .method(
                request.method(),
                payload == null ? HttpRequest.BodyPublishers.noBody() : payload.publisher())
            .setHeader("User-Agent", userAgent)
            .setHeader("Accept-Encoding", "identity");
    request.headers().forEach(http::setHeader);
    if (authorization != null) {
      http.setHeader("Authorization", authorization);
    }
    proxyAuthorization(request.uri())
        .ifPresent(value -> http.setHeader("Proxy-Authorization", value));
    return http.build();
  }

  private Optional<String> proxyAuthorization(URI uri) {
    return settings.proxies().select(uri).stream()
        .filter(proxy -> proxy.type() == Proxy.Type.HTTP)
        .findFirst()
        .flatMap(proxy -> settings.proxyCredentials().apply((InetSocketAddress) proxy.address()))
        .map(Wire::basic);
  }

  private IOException noTunnel(URI uri, int status) {
    String proxy =
        settings.proxies().select(uri).stream()
            .map(Proxy::address)
            .filter(InetSocketAddress.class::isInstance)
            .map(InetSocketAddress.class::cast)
            .findFirst()
            .map(address -> "the proxy " + address.getHostString() + ":" + address.getPort())
            .orElse("the proxy");
    if (status == Refusal.PROXY_LOGIN) {
      return new OcifsException(
              OcifsException.Kind.DENIED, proxy + " wants a user and a password, or others")
          .hint(Refusal.PROXY_HINT);
    }
    String what = proxy + " lets nobody through to " + uri.getHost() + ": status " + status;
    return Refusal.isPassing(status)
        ? new IOException(what)
        : new OcifsException(OcifsException.Kind.DENIED, what)
            .hint("ask who runs it, or name the host in NO_PROXY");
  }

  /** The value of an Authorization header that logs in with a password. */
  static String basic(Credential credential) {
    String both = credential.user() + ":" + credential.secret();
    return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
  }

  /** Waits as long as the payload goes out, and then for one timeout. */
  private HttpResponse<Body> await(
      CompletableFuture<HttpResponse<Body>> answer, @Nullable Payload payload) throws IOException {
    long sent = 0;
    while (true) {
      try {
        return answer.get(settings.readTimeout().toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        long now = payload == null ? 0 : payload.sentBytes();
        if (now - sent < HttpSettings.MIN_BYTES) {
          giveUp(answer);
          throw new HttpTimeoutException(
              "no answer within " + settings.readTimeout().toMillis() + " ms");
        }
        sent = now;
      } catch (InterruptedException e) {
        giveUp(answer);
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      } catch (ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof IOException io) {
          throw io;
        }
        throw new IOException(cause == null ? e : cause);
      }
    }
  }

  /** Cancels a request; an answer that comes in the same moment is let go. */
  private static void giveUp(CompletableFuture<HttpResponse<Body>> answer) {
    if (!answer.cancel(true) && !answer.isCompletedExceptionally()) {
      answer.join().body().close();
    }
  }

  private HttpClient client(URI uri, boolean insecure) throws OcifsException {
    boolean https = Origin.of(uri).isHttps();
    boolean anyone = insecure && https;
    Optional<SSLContext> tls = https && !anyone ? tls(uri.getRawAuthority()) : Optional.empty();
    Object key = tls.isPresent() ? tls.get() : anyone ? Trust.ANYONE : Trust.OF_THE_JDK;
    return clients.computeIfAbsent(
        key,
        any -> {
          HttpClient.Builder client =
              HttpClient.newBuilder()
                  .followRedirects(HttpClient.Redirect.NEVER)
                  .connectTimeout(settings.connectTimeout())
                  .proxy(settings.proxies())
                  .executor(Executors.newVirtualThreadPerTaskExecutor());
          if (anyone) {
            client.sslContext(UnverifiedTls.context());
          } else {
            tls.ifPresent(client::sslContext);
          }
          return client.build();
        });
  }

  private Optional<SSLContext> tls(String host) throws OcifsException {
    try {
      return settings.tls().apply(host);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof OcifsException known) {
        throw known;
      }
      throw e;
    }
  }

  /** Gives up what is under way. */
  @Override
  public void close() {
    clients.values().forEach(HttpClient::shutdownNow);
  }
}
