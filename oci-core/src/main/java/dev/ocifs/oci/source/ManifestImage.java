package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Platform;
import dev.ocifs.oci.manifest.ImageConfig;
import dev.ocifs.oci.manifest.ImageManifest;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens the image of a manifest that was chosen. */
final class ManifestImage {
  /** For layers that are here as a whole. */
  static final Remoteness LOCAL = layer -> Optional.empty();

  /** What the registry of an image can do for its layers. */
  @FunctionalInterface
  interface Remoteness {
    Optional<RemoteLayer> of(Descriptor layer) throws IOException;
  }

  private final Blobs blobs;
  private final Documents documents;

  ManifestImage(Blobs blobs, Documents documents) {
    this.blobs = blobs;
    this.documents = documents;
  }

  /**
   * Reads manifest and configuration, and looks whether the layers are there.
   *
   * @param files closed with the image
   */
  Image open(
      String name,
      Optional<String> ref,
      Descriptor chosen,
      Optional<Platform> asked,
      Image.Surroundings surroundings,
      Remoteness remote,
      Closeable files)
      throws IOException {
    ImageManifest manifest = documents.manifest(chosen, blobs);
    if (!manifest.config().mediaType().isConfig()) {
      throw new OcifsException(
              OcifsException.Kind.UNSUPPORTED,
              chosen.digest()
                  + " is no image but an artifact of type '"
                  + manifest.artifactType().orElse(manifest.config().mediaType().value())
                  + "'")
          .rule(30);
    }
    ImageConfig config = documents.config(manifest.config(), blobs);
    Layers.checkPlatform(config, asked);
    return new Image(
        name,
        ref,
        Optional.of(chosen),
        Optional.of(manifest),
        config,
        layers(manifest, config, remote),
        documents,
        surroundings,
        files);
  }

  private List<ImageLayer> layers(ImageManifest manifest, ImageConfig config, Remoteness remote)
      throws IOException {
    List<Descriptor> descriptors = manifest.layers();
    Layers.checkCount(descriptors.size(), config);
    List<ImageLayer> layers = new ArrayList<>(descriptors.size());
    for (int i = 0; i < descriptors.size(); i++) {
      Descriptor descriptor = descriptors.get(i);
      checkLayer(descriptor);
      Digest diffId = config.diffIds().get(i);
      layers.add(
          new ImageLayer(
              i,
              descriptor.mediaType(),
              Optional.of(descriptor.digest()),
              descriptor.size(),
              diffId,
              () -> blobs.open(descriptor),
              remote.of(descriptor),
              descriptor.annotations()));
    }
    return layers;
  }

  /** Finds out now what would otherwise break in the middle of the first read. */
  private void checkLayer(Descriptor descriptor) throws IOException {
    try {
      if (!descriptor.mediaType().isLayer()) {
        throw new OcifsException(
                OcifsException.Kind.UNSUPPORTED,
                "layers of type '" + descriptor.mediaType() + "' are not supported")
            .rule(30);
      }
      if (descriptor.mediaType().isForeign() && !blobs.has(descriptor)) {
        throw new OcifsException(
                OcifsException.Kind.NOT_FOUND,
                "the layer is nondistributable and was left out of the image")
            .rule(30)
            .hint(
                descriptor.urls().isEmpty()
                    ? "copy the image again with its nondistributable layers"
                    : "take it from its registry with --allow-foreign-urls");
      }
      blobs.open(descriptor).close();
    } catch (OcifsException e) {
      throw e.layer(descriptor.digest());
    }
  }
}
