package dev.ocifs.oci.copy;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.DocumentWriter;
import dev.ocifs.oci.manifest.ImageManifest;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageBundle;
import dev.ocifs.oci.source.ImageLayer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a copy consists of: every blob once, then the manifests, of which each names only what
 * stands before it; the last is the image. The documents are verified, the blobs are not.
 * Immutable; usable until the image that it was made from is closed.
 */
public final class CopyPlan {
  private static final String REGISTRY = "docker://";

  private final String name;
  private final List<PlannedBlob> blobs;
  private final List<PlannedManifest> manifests;

  CopyPlan(String name, List<PlannedBlob> blobs, List<PlannedManifest> manifests) {
    this.name = name;
    Map<Digest, PlannedBlob> distinct = new LinkedHashMap<>();
    blobs.forEach(blob -> distinct.putIfAbsent(blob.digest(), blob));
    this.blobs = List.copyOf(distinct.values());
    this.manifests = List.copyOf(manifests);
  }

  /**
   * One image of one platform. Where it has no manifest, one is made, and layers whose digests are
   * not known are read for that.
   *
   * @throws OcifsException {@code MISMATCH} when such a layer is not that of its diffID
   */
  static CopyPlan of(Image image, Limits limits, CopyProgress progress) throws IOException {
    Document config = image.config().document();
    Descriptor configured =
        image
            .manifest()
            .map(ImageManifest::config)
            .orElseGet(() -> new Descriptor(MediaType.OCI_CONFIG, config.digest(), config.size()));
    List<PlannedBlob> blobs = new ArrayList<>();
    blobs.add(blob(configured, () -> new BytesBlob(config.bytes()), PlannedBlob.Remote.NONE));
    List<Descriptor> layers = new ArrayList<>();
    for (ImageLayer layer : image.layers()) {
      Descriptor descriptor =
          image.manifest().isPresent()
              ? image.manifest().get().layers().get(layer.ordinal())
              : UnnamedLayer.describe(layer, limits, progress);
      layers.add(descriptor);
      blobs.add(blob(descriptor, layer::open, layer::remote));
    }
    Document manifest =
        image.manifest().isPresent()
            ? image.manifest().get().document()
            : Document.of(DocumentWriter.manifest(configured, layers), limits);
    Descriptor top =
        new Descriptor(
            image.descriptor().map(Descriptor::mediaType).orElse(MediaType.OCI_MANIFEST),
            manifest.digest(),
            manifest.size(),
            image.platform(),
            Map.of(),
            List.of(),
            Optional.empty());
    return new CopyPlan(image.name(), blobs, List.of(new PlannedManifest(top, manifest)));
  }

  /** An index with everything below it. */
  static CopyPlan of(ImageBundle bundle) throws IOException {
    return new BundleWalk(bundle).plan();
  }

  static PlannedBlob blob(
      Descriptor descriptor, ImageLayer.Opener opener, PlannedBlob.Remote remote) {
    return new PlannedBlob(
        descriptor.mediaType(), descriptor.digest(), descriptor.size(), opener, remote);
  }

  /** What the image is called at its source, for messages. */
  public String name() {
    return name;
  }

  /** Configurations and layers, each once. */
  public List<PlannedBlob> blobs() {
    return blobs;
  }

  /** The manifests and indexes, what is named before what names it; at least one. */
  public List<PlannedManifest> manifests() {
    return manifests;
  }

  /** What the copy will be known by. */
  public Descriptor top() {
    return manifests.get(manifests.size() - 1).descriptor();
  }

  /** The repository that the image comes from, when it is one of a registry. */
  public Optional<RegistryName> origin() {
    if (!name.startsWith(REGISTRY)) {
      return Optional.empty();
    }
    try {
      return Optional.of(RegistryName.parse(name.substring(REGISTRY.length())));
    } catch (OcifsException e) {
      return Optional.empty();
    }
  }
}
