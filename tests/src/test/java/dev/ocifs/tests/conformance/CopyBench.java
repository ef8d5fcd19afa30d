package dev.ocifs.tests.conformance;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.RefName;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.copy.CopyProgress;
import dev.ocifs.oci.copy.Destination;
import dev.ocifs.oci.copy.Destinations;
import dev.ocifs.oci.copy.ImageCopier;
import dev.ocifs.oci.registry.TestRegistry;
import dev.ocifs.oci.remote.RegistryImages;
import dev.ocifs.oci.remote.RemoteOptions;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageBundle;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.model.TreeListing;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a test copies images: a store, a registry of its own, and the images in it. Not
 * thread-safe; the directory is the test's.
 */
final class CopyBench implements Closeable {
  final Path dir;
  final TestRegistry registry;
  final Store store;
  private final RegistryImages images;
  private int reads;

  CopyBench(Path dir) throws IOException {
    this.dir = dir;
    registry = TestRegistry.start();
    store = Store.open(dir.resolve("store"));
    images = images(store);
  }

  private static RegistryImages images(Store kept) {
    return new RegistryImages(
        kept,
        () -> TestRegistry.client(TestRegistry.options()),
        typed ->
            List.of(RegistryName.parse(RefName.normalise(typed.replaceFirst("^docker://", "")))),
        RemoteOptions.DEFAULTS);
  }

  OpenOptions options() {
    return OpenOptions.defaults(store).withRemotes(() -> images);
  }

  Image open(String source) throws IOException {
    return Images.open(source, options());
  }

  Destination destination(String text) throws IOException {
    return destinations(false).of(text);
  }

  Destinations destinations(boolean replace) {
    return new Destinations(dir, () -> store, images::repository, replace, false);
  }

  Descriptor copy(String source, String destination) throws IOException {
    return copy(source, destination(destination), CopyProgress.NONE);
  }

  Descriptor copy(String source, Destination destination, CopyProgress progress)
      throws IOException {
    try (Image image = open(source)) {
      return new ImageCopier(Limits.DEFAULT, progress).copy(image, destination);
    }
  }

  Descriptor copyAll(String source, String destination) throws IOException {
    try (ImageBundle bundle = Images.openAll(source, options()).orElseThrow()) {
      return new ImageCopier(Limits.DEFAULT, CopyProgress.NONE)
          .copy(bundle, destination(destination));
    }
  }

  /** What somebody sees who has nothing but the image. */
  TreeListing list(String reference) throws IOException {
    Store other = Store.open(dir.resolve("reader" + reads++));
    try (RegistryImages remote = images(other);
        ImageView view =
            LayerFs.open(other)
                .view(
                    Images.open(reference, OpenOptions.defaults(other).withRemotes(() -> remote)),
                    IndexListener.NONE)) {
      return ViewLister.list(view);
    }
  }

  /** What the store of the bench shows. */
  TreeListing listStored(String name) throws IOException {
    try (ImageView view = LayerFs.open(store).view(open(name), IndexListener.NONE)) {
      return ViewLister.list(view);
    }
  }

  @Override
  public void close() {
    images.close();
    registry.close();
  }
}
