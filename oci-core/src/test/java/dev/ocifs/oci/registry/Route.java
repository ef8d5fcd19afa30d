package dev.ocifs.oci.registry;

/** What a request to a {@link TestRegistry} is about. */
public enum Route {
  PING,
  TOKEN,
  MANIFEST,
  BLOB,
  TAGS,
  REFERRERS,
  UPLOAD,
  /** Blobs of a place that registries redirect to, which knows no logins. */
  STORAGE,
  OTHER;

  static Route of(String path) {
    if (path.equals("/v2/")) {
      return PING;
    }
    if (path.startsWith("/token")) {
      return TOKEN;
    }
    if (path.startsWith("/storage/")) {
      return STORAGE;
    }
    if (path.contains("/manifests/")) {
      return MANIFEST;
    }
    if (path.contains("/blobs/uploads/")) {
      return UPLOAD;
    }
    if (path.contains("/blobs/")) {
      return BLOB;
    }
    if (path.endsWith("/tags/list")) {
      return TAGS;
    }
    return path.contains("/referrers/") ? REFERRERS : OTHER;
  }
}
