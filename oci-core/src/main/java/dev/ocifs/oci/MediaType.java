package dev.ocifs.oci;

/**
 * What a media type says that ocifs has to know. Types are kept as text; unknown ones are legal
 * everywhere.
 *
 * <p>Source: OCI image-spec v1.1, media-types.md; Docker image manifest v2 schema 2.
 */
public final class MediaType {
  public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  public static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
  public static final String OCI_LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";
  public static final String OCI_LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd";
  public static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  public static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";
  public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
  public static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
  public static final String DOCKER_LAYER_GZIP =
      "application/vnd.docker.image.rootfs.diff.tar.gzip";

  private static final String OCI_FOREIGN =
      "application/vnd.oci.image.layer.nondistributable.v1.tar";
  private static final String DOCKER_FOREIGN =
      "application/vnd.docker.image.rootfs.foreign.diff.tar";

  private MediaType() {}

  /** An OCI image index or a Docker manifest list. */
  public static boolean isIndex(String type) {
    return type.equals(OCI_INDEX) || type.equals(DOCKER_LIST);
  }

  /** An OCI or Docker image manifest. */
  public static boolean isManifest(String type) {
    return type.equals(OCI_MANIFEST) || type.equals(DOCKER_MANIFEST);
  }

  /** An OCI or Docker image config. */
  public static boolean isConfig(String type) {
    return type.equals(OCI_CONFIG) || type.equals(DOCKER_CONFIG);
  }

  /** A file system layer, compressed or not, foreign or not. */
  public static boolean isLayer(String type) {
    return isTar(type, OCI_LAYER)
        || isTar(type, DOCKER_LAYER)
        || isTar(type, OCI_FOREIGN)
        || isTar(type, DOCKER_FOREIGN);
  }

  private static boolean isTar(String type, String base) {
    return type.startsWith(base)
        && switch (type.substring(base.length())) {
          case "", "+gzip", "+zstd", ".gzip", ".zstd" -> true;
          default -> false;
        };
  }
}
