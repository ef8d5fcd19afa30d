package dev.ocifs.oci.source;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.manifest.ImageConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One image, resolved for one platform: its documents have been checked, its layers found.
 * Immutable; holds nothing open: layers are opened one by one.
 *
 * @param name as the user named it
 * @param ref the reference by which it was found
 * @param manifestDigest absent for archives of {@code docker save}, which have no manifest
 * @param annotations of the manifest
 * @param layers base first
 */
public record Image(
    String name,
    Optional<String> ref,
    Optional<Digest> manifestDigest,
    Digest configDigest,
    ImageConfig config,
    Map<String, String> annotations,
    List<ImageLayer> layers) {

  public Image {
    annotations = Map.copyOf(annotations);
    layers = List.copyOf(layers);
  }
}
