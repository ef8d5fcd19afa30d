package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.ImageConfig;
import dev.ocifs.oci.manifest.ImageIndex;
import dev.ocifs.oci.manifest.ImageManifest;
import dev.ocifs.oci.manifest.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An OCI image layout, in a directory or in an archive.
 *
 * <p>Source: OCI image-spec v1.1, image-layout.md.
 */
final class OciLayout implements ImageSource {
  private static final String REF_NAME = "org.opencontainers.image.ref.name";
  private static final String CONTAINERD_NAME = "io.containerd.image.name";

  private final BlobFolder folder;
  private final Documents documents;
  private final ImageIndex index;

  private OciLayout(BlobFolder folder, Documents documents, ImageIndex index) {
    this.folder = folder;
    this.documents = documents;
    this.index = index;
  }

  /**
   * Reads the layout's index.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when the folder is no layout
   */
  static OciLayout read(BlobFolder folder, Limits limits) throws IOException {
    Documents documents = new Documents(folder, limits);
    byte[] layout =
        documents
            .read("oci-layout")
            .orElseThrow(() -> notALayout(folder, "has no file oci-layout"));
    String version =
        Json.parse("oci-layout", layout).get("imageLayoutVersion").optionalText().orElse("");
    if (!version.startsWith("1.")) {
      throw notALayout(folder, "has layout version '" + version + "', not 1.0.0");
    }
    byte[] raw =
        documents
            .read("index.json")
            .orElseThrow(() -> notALayout(folder, "has no file index.json"));
    return new OciLayout(folder, documents, ImageIndex.parse("index.json", raw));
  }

  private static OcifsException notALayout(BlobFolder folder, String why) {
    return new OcifsException(
            OcifsException.Kind.INVALID_IMAGE, folder + " is not an OCI image layout: it " + why)
        .rule(32);
  }

  @Override
  public List<ImageName> names() {
    Map<Digest, ImageName> names = new LinkedHashMap<>();
    for (Descriptor descriptor : images()) {
      List<String> refs = new ArrayList<>();
      ImageName known = names.get(descriptor.digest());
      if (known != null) {
        refs.addAll(known.refs());
      }
      descriptor
          .annotation(REF_NAME)
          .or(() -> descriptor.annotation(CONTAINERD_NAME))
          .filter(ref -> !refs.contains(ref))
          .ifPresent(refs::add);
      names.put(
          descriptor.digest(),
          new ImageName(refs, Optional.of(descriptor.digest()), descriptor.platform()));
    }
    return List.copyOf(names.values());
  }

  @Override
  public Image open(String name, Optional<String> ref, OpenOptions options) throws IOException {
    Descriptor chosen = choose(candidates(ref), options);
    ImageManifest manifest =
        ImageManifest.parse("manifest " + chosen.digest(), documents.read(chosen));
    ImageConfig config = config(manifest);
    return new Image(
        name,
        ref.or(() -> chosen.annotation(REF_NAME)),
        Optional.of(chosen.digest()),
        manifest.config().digest(),
        config,
        manifest.annotations(),
        layers(manifest, config));
  }

  /** The entries of the index that a reference means. */
  private List<Descriptor> candidates(Optional<String> ref) throws OcifsException {
    List<Descriptor> images = images();
    if (ref.isPresent()) {
      List<Descriptor> named = images.stream().filter(d -> matches(d, ref.get())).toList();
      if (named.isEmpty()) {
        throw new OcifsException(
                OcifsException.Kind.NOT_FOUND, folder + " has no image '" + ref.get() + "'")
            .rule(32)
            .hint(ImageNames.hint(names()));
      }
      return named;
    }
    // Several entries for one name are the platforms of one image.
    List<Optional<String>> refs =
        images.stream().map(d -> d.annotation(REF_NAME)).distinct().toList();
    long digests = images.stream().map(Descriptor::digest).distinct().count();
    boolean onePlatformEach =
        refs.size() == 1 && images.stream().allMatch(d -> d.platform().isPresent());
    if (images.isEmpty()) {
      throw new OcifsException(OcifsException.Kind.NOT_FOUND, folder + " holds no image").rule(32);
    }
    if (digests > 1 && !onePlatformEach) {
      throw new OcifsException(
              OcifsException.Kind.USAGE,
              folder + " holds several images and the name does not say which")
          .rule(32)
          .hint(ImageNames.hint(names()));
    }
    return images;
  }

  private List<Descriptor> images() {
    return index.manifests().stream().filter(OciLayout::isImage).toList();
  }

  private static boolean isImage(Descriptor descriptor) {
    String type = descriptor.mediaType();
    boolean known = type.isEmpty() || MediaType.isIndex(type) || MediaType.isManifest(type);
    return known && descriptor.platform().map(p -> !p.os().equals("unknown")).orElse(true);
  }

  private static boolean matches(Descriptor descriptor, String ref) {
    if (ref.startsWith("@")) {
      return descriptor.digest().toString().equals(ref.substring(1));
    }
    return descriptor.annotation(REF_NAME).filter(ref::equals).isPresent()
        || descriptor
            .annotation(CONTAINERD_NAME)
            .filter(full -> ImageNames.same(full, ref) || full.endsWith(":" + ref))
            .isPresent()
        || descriptor.digest().toString().equals(ref);
  }

  /** The manifest for the platform (rule 31). A manifest that stands alone is taken as it is. */
  private Descriptor choose(List<Descriptor> candidates, OpenOptions options) throws IOException {
    if (candidates.size() == 1 && !isIndex(candidates.get(0))) {
      return candidates.get(0);
    }
    NestedIndexes nested = new NestedIndexes(documents);
    List<Descriptor> manifests = new ArrayList<>();
    for (Descriptor candidate : candidates) {
      if (isIndex(candidate)) {
        manifests.addAll(nested.manifests(candidate));
      } else {
        manifests.add(candidate);
      }
    }
    Descriptor best = null;
    int fitness = 0;
    List<String> there = new ArrayList<>();
    for (Descriptor manifest : manifests) {
      if (isImage(manifest)) {
        var platform =
            manifest.platform().isPresent() ? manifest.platform().get() : platform(manifest);
        there.add(platform.toString());
        int its = options.platform().fitness(platform);
        if (its > fitness) {
          fitness = its;
          best = manifest;
        }
      }
    }
    if (best == null) {
      throw new OcifsException(
              OcifsException.Kind.NOT_FOUND, folder + " has no image for " + options.platform())
          .rule(31)
          .hint("it has " + String.join(", ", there) + ": choose one with --platform");
    }
    return best;
  }

  /** Whether a descriptor is of an index; where it has no media type, the document tells. */
  private boolean isIndex(Descriptor descriptor) throws IOException {
    if (!descriptor.mediaType().isEmpty()) {
      return MediaType.isIndex(descriptor.mediaType());
    }
    return Json.parse("blob " + descriptor.digest(), documents.read(descriptor)).has("manifests");
  }

  private dev.ocifs.oci.Platform platform(Descriptor manifest) throws IOException {
    return config(ImageManifest.parse("manifest " + manifest.digest(), documents.read(manifest)))
        .platform();
  }

  private ImageConfig config(ImageManifest manifest) throws IOException {
    return ImageConfig.parse(
        "config " + manifest.config().digest(), documents.read(manifest.config()));
  }

  private List<ImageLayer> layers(ImageManifest manifest, ImageConfig config) throws IOException {
    ImageNames.checkLayerCount(manifest.layers().size(), config);
    List<ImageLayer> layers = new ArrayList<>();
    for (Descriptor layer : manifest.layers()) {
      try (BlobSource blob = blob(layer)) {
        Documents.checkSize(layer, blob.size());
      }
      layers.add(
          new ImageLayer(
              layers.size(),
              layer.mediaType(),
              Optional.of(layer.digest()),
              layer.size(),
              config.diffIds().get(layers.size()),
              () -> blob(layer)));
    }
    return layers;
  }

  private BlobSource blob(Descriptor layer) throws IOException {
    return folder
        .open(BlobFolder.blobPath(layer.digest()))
        .orElseThrow(() -> documents.missing(layer));
  }
}
