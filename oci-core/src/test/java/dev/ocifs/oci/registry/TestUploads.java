package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The uploads of a {@link TestRegistry}: in one piece, in chunks, and from other repositories. */
public final class TestUploads {
  private final TestRegistry registry;
  private final AtomicInteger count = new AtomicInteger();
  private final Map<String, ByteArrayOutputStream> sessions = new ConcurrentHashMap<>();
  private volatile boolean chunks = true;

  TestUploads(TestRegistry registry) {
    this.registry = registry;
  }

  /** From now on chunks are refused. */
  public void refuseChunks() {
    chunks = false;
  }

  /** How many uploads were begun. */
  public int begun() {
    return count.get();
  }

  void serve(Visit visit, String repository, String session, String query) throws IOException {
    switch (visit.exchange.getRequestMethod()) {
      case "POST" -> begin(visit, repository, query);
      case "PATCH" -> chunk(visit, repository, session);
      case "GET" -> progress(visit, repository, session, 204);
      case "PUT" -> finish(visit, repository, session, query);
      default -> visit.answer(405, new byte[0]);
    }
  }

  private static @Nullable String parameter(String query, String name) {
    for (String part : query.split("&", -1)) {
      if (part.startsWith(name + "=")) {
        return URLDecoder.decode(part.substring(name.length() + 1), UTF_8);
      }
    }
    return null;
  }

  private void begin(Visit visit, String repository, String query) throws IOException {
    String mount = parameter(query, "mount");
    String from = parameter(query, "from");
    if (mount != null && from != null) {
      byte[] content = registry.blob(from, Digest.parse(mount));
      if (content != null) {
        registry.putBlob(repository, Digest.parse(mount), content);
        visit.answer(201, new byte[0]);
        return;
      }
    }
    String session = "session-" + count.incrementAndGet();
    sessions.put(session, new ByteArrayOutputStream());
    progress(visit, repository, session, 202);
  }

  private void progress(Visit visit, String repository, String session, int status)
      throws IOException {
    ByteArrayOutputStream bytes = sessions.get(session);
    if (bytes == null) {
      TestRegistry.missing(visit, "BLOB_UPLOAD_UNKNOWN");
      return;
    }
    visit
        .header(
            "Location",
            "/v2/" + repository + "/blobs/uploads/" + session + "?state=" + bytes.size())
        .header("Range", "0-" + Math.max(0, bytes.size() - 1))
        .answer(status, new byte[0]);
  }

  private void chunk(Visit visit, String repository, String session) throws IOException {
    ByteArrayOutputStream bytes = sessions.get(session);
    String range = visit.exchange.getRequestHeaders().getFirst("Content-Range");
    if (!chunks) {
      Fault.status(416, "UNSUPPORTED", "no chunks").apply(visit);
    } else if (bytes == null || range == null || !range.startsWith(bytes.size() + "-")) {
      visit.answer(416, new byte[0]);
    } else {
      take(visit, bytes);
      progress(visit, repository, session, 202);
    }
  }

  private static void take(Visit visit, ByteArrayOutputStream into) throws IOException {
    InputStream in = visit.exchange.getRequestBody();
    if (visit.cutUploadAfter >= 0) {
      into.write(in.readNBytes((int) visit.cutUploadAfter));
      throw new Visit.Cut();
    }
    in.transferTo(into);
  }

  private void finish(Visit visit, String repository, String session, String query)
      throws IOException {
    ByteArrayOutputStream bytes = sessions.get(session);
    Digest digest = Digest.parse(String.valueOf(parameter(query, "digest")));
    if (bytes == null) {
      TestRegistry.missing(visit, "BLOB_UPLOAD_UNKNOWN");
      return;
    }
    take(visit, bytes);
    sessions.remove(session);
    byte[] content = bytes.toByteArray();
    if (!Hasher.hash(digest.algorithm(), content).equals(digest)) {
      Fault.status(400, "DIGEST_INVALID", "other bytes").apply(visit);
      return;
    }
    registry.putBlob(repository, digest, content);
    visit.header("Docker-Content-Digest", digest.toString()).answer(201, new byte[0]);
  }
}
