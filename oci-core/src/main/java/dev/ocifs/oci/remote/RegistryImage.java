package dev.ocifs.oci.remote;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.lazy.LazyBlobs;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.registry.Repository;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.FileBlob;
import dev.ocifs.oci.source.RemoteImage;
import dev.ocifs.oci.source.RemoteLayer;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import dev.ocifs.oci.stored.StoredImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One image of a registry: documents are fetched and kept when they are opened, layers are lazy
 * blobs. Thread-safe.
 */
final class RegistryImage implements RemoteImage {
  private final RegistryImages images;
  private final RegistryName registryName;
  private final StoredImage image;
  private final Map<Digest, LazyLayer> layers = new LinkedHashMap<>();

  /** The layers that were not here when the image was opened; guarded by the layers. */
  private final Set<Descriptor> missing = new HashSet<>();

  /** Of each manifest what is published beside it; guarded by the layers. */
  private final Map<Digest, PublishedIndexes> indexes = new HashMap<>();

  private @Nullable Repository repository;

  RegistryImage(RegistryImages images, RegistryName registryName, StoredImage image) {
    this.images = images;
    this.registryName = registryName;
    this.image = image;
  }

  @Override
  public String name() {
    return "docker://" + image.name();
  }

  @Override
  public Descriptor top() {
    return image.top();
  }

  @Override
  public boolean has(Descriptor descriptor) {
    boolean elsewhere =
        options().foreignUrls()
            && descriptor.mediaType().isForeign()
            && !descriptor.urls().isEmpty();
    return elsewhere || isHere(descriptor);
  }

  private boolean isHere(Descriptor descriptor) {
    return Files.exists(images.store().blob(descriptor.digest()));
  }

  @Override
  public BlobSource open(Descriptor descriptor) throws IOException {
    if (isHere(descriptor)) {
      return FileBlob.open(images.store().blob(descriptor.digest()));
    }
    if (descriptor.mediaType().isIndex() || descriptor.mediaType().isManifest()) {
      keep(images.store(), repository().manifest(descriptor.digest().toString()).document());
    } else if (descriptor.mediaType().isConfig()) {
      keep(images.store(), repository().blob(descriptor));
    } else {
      return lazy(descriptor);
    }
    return FileBlob.open(images.store().blob(descriptor.digest()));
  }

  /** A blob of the image, fetched when it is read. */
  LazyBlobs.Opened lazy(Descriptor descriptor) throws IOException {
    return images
        .blobs()
        .open(
            descriptor.digest(),
            descriptor.size(),
            repository().ranges(descriptor),
            images.queue(registryName));
  }

  /** Puts a verified document among the blobs of a store. */
  static void keep(Store store, Document document) throws IOException {
    try (PendingFile pending = store.create(store.blob(document.digest()))) {
      pending.write(ByteBuffer.wrap(document.bytes()));
      pending.commit();
    }
  }

  @Override
  public Optional<RemoteLayer> remote(Descriptor manifest, Descriptor layer) throws IOException {
    if (isHere(layer)) {
      return Optional.empty();
    }
    synchronized (layers) {
      LazyLayer lazy = layers.get(layer.digest());
      if (lazy == null) {
        lazy = new LazyLayer(this, lazy(layer), published(manifest), layer);
        layers.put(layer.digest(), lazy);
        missing.add(layer);
      }
      return Optional.of(lazy);
    }
  }

  @Override
  public Optional<byte[]> publishedProfile(Descriptor manifest) throws IOException {
    return options().publishedIndexes() ? published(manifest).profile() : Optional.empty();
  }

  /** What is published beside a manifest, asked for once for all layers. */
  private PublishedIndexes published(Descriptor manifest) {
    synchronized (layers) {
      return indexes.computeIfAbsent(
          manifest.digest(), digest -> new PublishedIndexes(this, manifest));
    }
  }

  /** Other images, or reads of an earlier mount, may have brought all that it needs. */
  @Override
  public void opened() throws IOException {
    if (!image.whole()) {
      completed();
    }
  }

  /**
   * Notes that all of a layer is here: when that holds for all, the image is one of the store. May
   * be called after this was closed, by whoever fetched in the background.
   */
  void completed() throws IOException {
    synchronized (layers) {
      if (missing.stream().allMatch(this::isHere)) {
        images.stored().completed(image.name(), image.top());
      }
    }
  }

  RemoteOptions options() {
    return images.options();
  }

  Store store() {
    return images.store();
  }

  synchronized Repository repository() throws IOException {
    if (repository == null) {
      repository = images.repository(registryName);
    }
    return repository;
  }

  @Override
  public void close() throws IOException {
    synchronized (layers) {
      for (LazyLayer layer : layers.values()) {
        layer.close();
      }
      layers.clear();
      indexes.clear();
    }
  }
}
