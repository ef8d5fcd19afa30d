package dev.ocifs.tests.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.PullListener;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.registry.RegistryClient;
import dev.ocifs.oci.registry.TestRegistry;
import dev.ocifs.oci.remote.RegistryImages;
import dev.ocifs.oci.remote.RemoteOptions;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.oci.stored.StoredImages;
import dev.ocifs.tests.conformance.ViewLister;
import dev.ocifs.tests.image.ByteText;
import dev.ocifs.tests.model.TreeListing;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A store and the library over it, as one process has them: another one on the same root knows what
 * a restarted process knows. Closed by the test, after its images and views.
 */
final class Client implements Closeable {
  final Store store;
  final RegistryImages images;
  final LayerFs library;

  Client(Path root, RegistryImages.ClientOpener registries, RemoteOptions options)
      throws IOException {
    store = Store.open(root);
    images =
        new RegistryImages(
            store,
            registries,
            name -> List.of(RegistryName.parse(name.replaceFirst("^docker://", ""))),
            options);
    library = LayerFs.open(store);
  }

  static RegistryClient plain() {
    return TestRegistry.client(TestRegistry.options());
  }

  /** Opens an image; the caller closes it. */
  Image image(String name) throws IOException {
    return library.image(name, OpenOptions.defaults(store).withRemotes(() -> images));
  }

  /** Opens an image as a tree; the caller closes it. */
  ImageView view(String name) throws IOException {
    return library.view(image(name), IndexListener.NONE);
  }

  void pull(String name) throws IOException {
    try (Image image = image(name)) {
      library.pull(image, IndexListener.NONE, PullListener.NONE);
    }
  }

  /** Takes the image out of the store; what was derived from its layers stays. */
  void remove(String name) throws IOException {
    List<ImageLayer> layers;
    try (Image image = image(name)) {
      layers = image.layers();
    }
    StoredImages stored = new StoredImages(store);
    assertThat(stored.remove(name.replaceFirst("^docker://", ""))).isTrue();
    for (ImageLayer layer : layers) {
      while (Files.exists(store.blob(layer.digest().orElseThrow()))) {
        long ignored = stored.removeUnnamed(); // which leaves what has only just come
      }
    }
  }

  TreeListing list(String name) throws IOException {
    try (ImageView view = view(name)) {
      return ViewLister.list(view);
    }
  }

  boolean isWhole(String name) throws IOException {
    return new StoredImages(store).find(name.replaceFirst("^docker://", "")).orElseThrow().whole();
  }

  /** Bytes of a file, from its path from the root. */
  static byte[] read(ImageView view, String path, long pos, int len) throws IOException {
    long inode = ImageView.ROOT;
    for (String name : path.split("/", -1)) {
      inode = view.lookup(inode, ByteText.bytes(name));
    }
    byte[] bytes = new byte[len];
    int done = 0;
    for (int n = 1; n > 0 && done < len; done += n) {
      n = view.read(inode, pos + done, MemorySegment.ofArray(bytes).asSlice(done));
    }
    return Arrays.copyOf(bytes, done);
  }

  @Override
  public void close() {
    library.close();
    images.close();
  }
}
