package dev.ocifs.oci.copy;

import dev.ocifs.oci.Digest;

/** Where things lie in layouts, and so in archives. */
final class MemberNames {
  static final String VERSION = "oci-layout";
  static final String INDEX = "index.json";
  static final String DOCKER_SAVE = "manifest.json";

  private MemberNames() {}

  /** Also what docker save has called its layers since version 25. */
  static String blob(Digest digest) {
    return "blobs/" + digest.algorithm().id() + "/" + digest.hex();
  }
}
