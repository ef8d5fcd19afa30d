package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.RegistryName;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A registry in this process, on a free port of loopback, by plain HTTP: it holds everything in
 * memory, counts requests and bytes, and does wrong what a test wants it to. {@link #next} spoils
 * one request, {@link #always} all of a route. Thread-safe; whoever started it closes it.
 *
 * <p>{@link TestUploads} takes uploads, {@link TestLogins} asks who is there.
 */
public final class TestRegistry implements Closeable {
  private static final Pattern PATH =
      Pattern.compile("/v2/(.+?)/(manifests|blobs/uploads|blobs|tags|referrers)/(.*)");
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");

  static {
    // headers and body are two writes: without this, each answer waits 40 ms for the other end
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Map<String, byte[]>> blobs = new ConcurrentHashMap<>();
  private final Map<String, Map<String, Manifest>> manifests = new ConcurrentHashMap<>();
  private final Map<String, List<String>> tags = new ConcurrentHashMap<>();
  private final Map<Route, Traffic> traffic = new ConcurrentHashMap<>();
  private final List<Recorded> recorded = new CopyOnWriteArrayList<>();
  private final TestLogins logins = new TestLogins(this);
  private final TestUploads uploads = new TestUploads(this);
  private volatile boolean referrers = true;
  private volatile int pageSize = Integer.MAX_VALUE;

  private TestRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** A manifest as it was pushed. */
  private static final class Manifest {
    final String type;
    final byte[] bytes;
    final Digest digest;

    /** The subject, and how it is told of this manifest; empty without a subject. */
    final List<Descriptor> refersTo;

    Manifest(MediaType type, byte[] bytes) {
      this.type = type.value();
      this.bytes = bytes;
      this.digest = Hasher.hash(Digest.Algorithm.SHA256, bytes);
      this.refersTo = TestReferrers.of(type, bytes, digest);
    }
  }

  /** What goes on, and wrong, on one route. */
  private static final class Traffic {
    final Queue<Fault> once = new ConcurrentLinkedQueue<>();
    final AtomicLong requests = new AtomicLong();
    final LongAdder sentBytes = new LongAdder();
    volatile @Nullable Fault always;
  }

  private Traffic on(Route route) {
    return traffic.computeIfAbsent(route, any -> new Traffic());
  }

  /** An empty registry that asks nobody who they are. */
  public static TestRegistry start() throws IOException {
    return new TestRegistry();
  }

  /** Host and port, as names of images begin with. */
  public String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** The address of a path. */
  public String url(String path) {
    return "http://" + host() + path;
  }

  /** The name of an image here. */
  public RegistryName name(String repositoryAndTag) throws IOException {
    return RegistryName.parse(host() + "/" + repositoryAndTag);
  }

  /** Options that know this and other registries of tests: private addresses are allowed. */
  public static RegistryOptions options() {
    return RegistryOptions.DEFAULTS.withAllowPrivate(true);
  }

  /** A client that does not really wait before it tries again. */
  public static RegistryClient client(RegistryOptions options) {
    return RegistryClient.open(options, new FakeTime(), InetAddress::getAllByName);
  }

  /** Who may come in; nobody is asked before something is set there. */
  public TestLogins logins() {
    return logins;
  }

  /** Uploads under way. */
  public TestUploads uploads() {
    return uploads;
  }

  /** Spoils the next requests of a route, one fault each, in this order. */
  public TestRegistry next(Route route, Fault... faults) {
    on(route).once.addAll(List.of(faults));
    return this;
  }

  /** Spoils all requests of a route that no {@link #next} is left for; null mends it. */
  public TestRegistry always(Route route, @Nullable Fault fault) {
    on(route).always = fault;
    return this;
  }

  /** From now on there is no list of referrers, as in registries before version 1.1. */
  public TestRegistry withoutReferrers() {
    referrers = false;
    return this;
  }

  /** From now on lists come in pages. */
  public TestRegistry paged(int elements) {
    pageSize = elements;
    return this;
  }

  /** How many requests of a route there have been. */
  public long requests(Route route) {
    return on(route).requests.get();
  }

  /** How many bytes of bodies went out to requests of a route. */
  public long sentBytes(Route route) {
    return on(route).sentBytes.sum();
  }

  /** All requests in their order. */
  public List<Recorded> recorded() {
    return List.copyOf(recorded);
  }

  /** The requests of a route in their order. */
  public List<Recorded> recorded(Route route) {
    return recorded.stream().filter(r -> r.route() == route).toList();
  }

  /** Forgets requests and bytes counted so far. */
  public void resetCounters() {
    recorded.clear();
    for (Traffic route : traffic.values()) {
      route.requests.set(0);
      route.sentBytes.reset();
    }
  }

  /** Puts a blob into a repository. */
  public Descriptor putBlob(String repository, MediaType type, byte[] content) {
    Digest digest = Hasher.hash(Digest.Algorithm.SHA256, content);
    putBlob(repository, digest, content);
    return new Descriptor(type, digest, content.length);
  }

  /** Puts a blob under any digest, also a wrong one. */
  public void putBlob(String repository, Digest digest, byte[] content) {
    blobs
        .computeIfAbsent(repository, any -> new ConcurrentHashMap<>())
        .put(digest.toString(), content);
  }

  /** A blob of a repository, or null. */
  public byte @Nullable [] blob(String repository, Digest digest) {
    return blobs.getOrDefault(repository, Map.of()).get(digest.toString());
  }

  /** Takes a blob away. */
  public void removeBlob(String repository, Digest digest) {
    blobs.getOrDefault(repository, Map.of()).remove(digest.toString());
  }

  /** Puts a manifest into a repository under its digest, and under a tag unless that is null. */
  public Descriptor putManifest(
      String repository, @Nullable String tag, MediaType type, byte[] bytes) {
    put(repository, tag, new Manifest(type, bytes));
    return new Descriptor(type, Hasher.hash(Digest.Algorithm.SHA256, bytes), bytes.length);
  }

  private void put(String repository, @Nullable String tag, Manifest manifest) {
    Map<String, Manifest> all =
        manifests.computeIfAbsent(repository, any -> new ConcurrentHashMap<>());
    all.put(manifest.digest.toString(), manifest);
    if (tag != null) {
      all.put(tag, manifest);
      List<String> list = tags.computeIfAbsent(repository, any -> new CopyOnWriteArrayList<>());
      if (!list.contains(tag)) {
        list.add(tag);
      }
    }
  }

  /** The bytes of a manifest by tag or digest, or null. */
  public byte @Nullable [] manifest(String repository, String tagOrDigest) {
    Manifest manifest = manifests.getOrDefault(repository, Map.of()).get(tagOrDigest);
    return manifest == null ? null : manifest.bytes;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String query = String.valueOf(exchange.getRequestURI().getRawQuery());
    Route route = Route.of(path);
    Traffic here = on(route);
    here.requests.incrementAndGet();
    if (route == Route.TOKEN && exchange.getRequestMethod().equals("POST")) {
      query = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    }
    recorded.add(
        new Recorded(
            route, exchange.getRequestMethod(), path, query, exchange.getRequestHeaders()));
    Visit visit = new Visit(exchange, route, here.sentBytes);
    Fault fault = here.once.poll();
    if (fault == null) {
      fault = here.always;
    }
    if (fault != null) {
      fault.apply(visit);
    }
    if (!visit.isAnswered()) {
      serve(visit, path, query);
    }
  }

  private void serve(Visit visit, String path, String query) throws IOException {
    if (visit.route == Route.TOKEN) {
      logins.giveToken(visit, query);
      return;
    }
    if (visit.route == Route.STORAGE) {
      String digest = path.substring("/storage/".length());
      for (Map<String, byte[]> repository : blobs.values()) {
        if (repository.containsKey(digest)) {
          bytes(visit, repository.get(digest));
          return;
        }
      }
      missing(visit, "BLOB_UNKNOWN");
      return;
    }
    Matcher matcher = PATH.matcher(path);
    if (!matcher.matches()) {
      if (logins.letsIn(visit, null)) {
        visit.answer(path.equals("/v2/") ? 200 : 404, new byte[0]);
      }
      return;
    }
    String repository = matcher.group(1);
    if (!logins.letsIn(visit, repository)) {
      return;
    }
    String what = matcher.group(3);
    switch (visit.route) {
      case MANIFEST -> manifest(visit, repository, what);
      case BLOB -> blob(visit, repository, what);
      case TAGS -> listTags(visit, repository, query);
      case REFERRERS -> listReferrers(visit, repository, what);
      case UPLOAD -> uploads.serve(visit, repository, what, query);
      default -> visit.answer(404, new byte[0]);
    }
  }

  private void manifest(Visit visit, String repository, String reference) throws IOException {
    if (visit.exchange.getRequestMethod().equals("PUT")) {
      byte[] bytes = visit.exchange.getRequestBody().readAllBytes();
      String type = visit.exchange.getRequestHeaders().getFirst("Content-Type");
      boolean byDigest = reference.contains(":");
      Manifest stored = new Manifest(MediaType.of(type), bytes);
      put(repository, byDigest ? null : reference, stored);
      if (referrers && !stored.refersTo.isEmpty()) {
        visit.header("OCI-Subject", stored.refersTo.getFirst().digest().toString());
      }
      visit.header("Docker-Content-Digest", stored.digest.toString()).answer(201, new byte[0]);
      return;
    }
    Manifest manifest = manifests.getOrDefault(repository, Map.of()).get(reference);
    if (manifest == null) {
      missing(visit, "MANIFEST_UNKNOWN");
    } else {
      visit
          .header("Content-Type", manifest.type)
          .header("Docker-Content-Digest", manifest.digest.toString())
          .answer(200, manifest.bytes);
    }
  }

  private void blob(Visit visit, String repository, String digest) throws IOException {
    byte[] content = blobs.getOrDefault(repository, Map.of()).get(digest);
    if (content == null) {
      missing(visit, "BLOB_UNKNOWN");
    } else {
      visit.header("ETag", "\"" + digest + "\"");
      bytes(visit, content);
    }
  }

  private static void bytes(Visit visit, byte[] content) throws IOException {
    visit.header("Content-Type", "application/octet-stream");
    String range = visit.exchange.getRequestHeaders().getFirst("Range");
    Matcher matcher = RANGE.matcher(String.valueOf(range));
    if (visit.ignoreRange || !matcher.matches()) {
      visit.answer(200, content);
      return;
    }
    long first = Long.parseLong(matcher.group(1));
    String given = matcher.group(2);
    long last = given.isEmpty() ? content.length - 1 : Long.parseLong(given);
    last = Math.min(last, content.length - 1) - visit.shorterBy;
    if (first >= content.length) {
      visit.header("Content-Range", "bytes */" + content.length).answer(416, new byte[0]);
      return;
    }
    visit
        .header(
            "Content-Range",
            "bytes "
                + (first + visit.rangeShift)
                + "-"
                + (last + visit.rangeShift)
                + "/"
                + content.length)
        .answer(206, Arrays.copyOfRange(content, (int) first, (int) last + 1));
  }

  private void listTags(Visit visit, String repository, String query) throws IOException {
    List<String> all = tags.get(repository);
    if (all == null) {
      missing(visit, "NAME_UNKNOWN");
      return;
    }
    Matcher last = Pattern.compile("last=([^&]*)").matcher(query);
    int from = last.find() ? all.indexOf(last.group(1)) + 1 : 0;
    int to = (int) Math.min(all.size(), (long) from + pageSize);
    if (to < all.size()) {
      visit.header(
          "Link", "</v2/" + repository + "/tags/list?last=" + all.get(to - 1) + ">; rel=\"next\"");
    }
    String list = String.join("\",\"", all.subList(from, to));
    visit
        .header("Content-Type", "application/json")
        .answer(
            200, ("{\"name\":\"" + repository + "\",\"tags\":[\"" + list + "\"]}").getBytes(UTF_8));
  }

  private void listReferrers(Visit visit, String repository, String digest) throws IOException {
    if (!referrers) {
      visit.answer(404, "404 page not found".getBytes(UTF_8));
      return;
    }
    List<Descriptor> all =
        manifests.getOrDefault(repository, Map.of()).entrySet().stream()
            .filter(entry -> entry.getKey().contains(":"))
            .filter(
                entry ->
                    entry.getValue().refersTo.stream()
                        .limit(1)
                        .anyMatch(d -> d.digest().toString().equals(digest)))
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getValue().refersTo.getLast())
            .toList();
    visit.header("Content-Type", MediaType.OCI_INDEX.value()).answer(200, IndexJson.write(all));
  }

  static void missing(Visit visit, String code) throws IOException {
    Fault.status(404, code, "not here").apply(visit);
  }

  /** Ends all requests that are under way. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
