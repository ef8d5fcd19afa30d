package dev.ocifs.oci.manifest;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import java.util.List;
import java.util.Map;

/**
 * An OCI or Docker image manifest: the config and the layers of one image. Immutable.
 *
 * <p>Source: OCI image-spec v1.1, manifest.md.
 *
 * @param layers base first
 */
public record ImageManifest(
    Descriptor config, List<Descriptor> layers, Map<String, String> annotations) {

  /**
   * Parses a manifest.
   *
   * @param name what it is, for messages
   * @throws OcifsException {@code INVALID_IMAGE} when it is none, or is an index at the same time
   *     (rule 28); {@code UNSUPPORTED} when it is of an artifact that is no image
   */
  public static ImageManifest parse(String name, byte[] raw) throws OcifsException {
    Json json = Json.parseObject(name, raw);
    if (json.has("manifests")) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              name + " is a manifest, but has 'manifests' as an index has")
          .rule(28);
    }
    if (json.has("signatures") || json.has("fsLayers")) {
      throw new OcifsException(
              OcifsException.Kind.UNSUPPORTED, name + " is a Docker manifest of schema 1")
          .rule(30)
          .hint("push the image again with a current client");
    }
    Descriptor config = Descriptors.parse(json.get("config"));
    if (!config.mediaType().isEmpty() && !MediaType.isConfig(config.mediaType())) {
      throw new OcifsException(
              OcifsException.Kind.UNSUPPORTED,
              name + " is not of an image: its config is a " + config.mediaType())
          .rule(30);
    }
    List<Descriptor> layers = Descriptors.parseAll(json.get("layers"));
    for (Descriptor layer : layers) {
      if (!layer.mediaType().isEmpty() && !MediaType.isLayer(layer.mediaType())) {
        throw new OcifsException(
                OcifsException.Kind.UNSUPPORTED, "a layer is a " + layer.mediaType())
            .rule(30)
            .layer(layer.digest());
      }
    }
    return new ImageManifest(config, layers, Map.copyOf(json.get("annotations").textMap()));
  }
}
