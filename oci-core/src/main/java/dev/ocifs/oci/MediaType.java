package dev.ocifs.oci;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The media type of a descriptor, as far as ocifs has to tell them apart: documents, and layers
 * with their compression. Any other text is a media type too, of which nothing is known.
 *
 * <p>Source: OCI image-spec v1.1, media-types.md; Docker image manifest v2 schema 2. Immutable.
 */
public record MediaType(String value) {

  public static final MediaType OCI_INDEX =
      new MediaType("application/vnd.oci.image.index.v1+json");
  public static final MediaType OCI_MANIFEST =
      new MediaType("application/vnd.oci.image.manifest.v1+json");
  public static final MediaType OCI_CONFIG =
      new MediaType("application/vnd.oci.image.config.v1+json");
  public static final MediaType OCI_LAYER = new MediaType("application/vnd.oci.image.layer.v1.tar");
  public static final MediaType OCI_LAYER_GZIP =
      new MediaType("application/vnd.oci.image.layer.v1.tar+gzip");
  public static final MediaType OCI_LAYER_ZSTD =
      new MediaType("application/vnd.oci.image.layer.v1.tar+zstd");

  public static final MediaType DOCKER_LIST =
      new MediaType("application/vnd.docker.distribution.manifest.list.v2+json");
  public static final MediaType DOCKER_MANIFEST =
      new MediaType("application/vnd.docker.distribution.manifest.v2+json");
  public static final MediaType DOCKER_CONFIG =
      new MediaType("application/vnd.docker.container.image.v1+json");

  /** A layer whose compression is not said; also what layers of docker archives are given. */
  public static final MediaType DOCKER_LAYER =
      new MediaType("application/vnd.docker.image.rootfs.diff.tar");

  /** The same objects for the same texts: an image repeats a few of them a hundred times. */
  private static final Map<String, MediaType> KNOWN =
      Stream.of(
              OCI_INDEX,
              OCI_MANIFEST,
              OCI_CONFIG,
              OCI_LAYER,
              OCI_LAYER_GZIP,
              OCI_LAYER_ZSTD,
              DOCKER_LIST,
              DOCKER_MANIFEST,
              DOCKER_CONFIG,
              DOCKER_LAYER,
              new MediaType("application/vnd.docker.image.rootfs.diff.tar.gzip"))
          .collect(Collectors.toUnmodifiableMap(MediaType::value, type -> type));

  private static final String OCI_LAYER_PREFIX = "application/vnd.oci.image.layer.v1.tar";
  private static final String OCI_FOREIGN_PREFIX =
      "application/vnd.oci.image.layer.nondistributable.v1.tar";
  private static final String DOCKER_LAYER_PREFIX = DOCKER_LAYER.value;
  private static final String DOCKER_FOREIGN_PREFIX =
      "application/vnd.docker.image.rootfs.foreign.diff.tar";

  /** The media type of a text from a document; the usual ones are not made anew. */
  public static MediaType of(String value) {
    MediaType known = KNOWN.get(value);
    return known != null ? known : new MediaType(value);
  }

  /** Whether it names an index: an OCI one or Docker's manifest list. */
  public boolean isIndex() {
    return equals(OCI_INDEX) || equals(DOCKER_LIST);
  }

  /** Whether it names the manifest of one image. */
  public boolean isManifest() {
    return equals(OCI_MANIFEST) || equals(DOCKER_MANIFEST);
  }

  /** Whether it names the configuration of an image, not that of some other artifact. */
  public boolean isConfig() {
    return equals(OCI_CONFIG) || equals(DOCKER_CONFIG);
  }

  /** Whether it names a tar layer in one of the compressions that ocifs reads. */
  public boolean isLayer() {
    String suffix = layerSuffix();
    return switch (suffix) {
      case "", "+gzip", "+zstd", ".gzip", ".zstd" -> true;
      default -> false;
    };
  }

  /** Whether the layer may be missing from an image on purpose: nondistributable or foreign. */
  public boolean isForeign() {
    return value.startsWith(OCI_FOREIGN_PREFIX) || value.startsWith(DOCKER_FOREIGN_PREFIX);
  }

  /**
   * How a layer of this type should be compressed; empty where the type does not bind. Docker's do
   * not: tools have written plain tars as {@code .tar.gzip} and the reverse.
   */
  public Optional<Compression> compression() {
    if (!value.startsWith("application/vnd.oci.")) {
      return Optional.empty();
    }
    return switch (layerSuffix()) {
      case "" -> Optional.of(Compression.NONE);
      case "+gzip" -> Optional.of(Compression.GZIP);
      case "+zstd" -> Optional.of(Compression.ZSTD);
      default -> Optional.empty();
    };
  }

  /** What follows {@code .tar} in the type of a layer; {@code "?"} when it is no layer. */
  private String layerSuffix() {
    if (value.startsWith(OCI_LAYER_PREFIX)) {
      return ociSuffix(OCI_LAYER_PREFIX);
    }
    if (value.startsWith(OCI_FOREIGN_PREFIX)) {
      return ociSuffix(OCI_FOREIGN_PREFIX);
    }
    if (value.startsWith(DOCKER_LAYER_PREFIX)) {
      return value.substring(DOCKER_LAYER_PREFIX.length());
    }
    if (value.startsWith(DOCKER_FOREIGN_PREFIX)) {
      return value.substring(DOCKER_FOREIGN_PREFIX.length());
    }
    return "?";
  }

  private String ociSuffix(String prefix) {
    String suffix = value.substring(prefix.length());
    return suffix.startsWith(".") ? "?" : suffix;
  }

  /** The text. */
  @Override
  public String toString() {
    return value;
  }
}
