package dev.ocifs.tests.leaks;

import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.PullListener;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.registry.RegistryClient;
import dev.ocifs.oci.registry.RegistryOptions;
import dev.ocifs.oci.remote.RegistryImages;
import dev.ocifs.oci.remote.RemoteOptions;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Images of a registry that the harness serves, whose steps are its own. Loaded with the woven
 * classes.
 */
final class RemoteOperations {
  /** Holds the name of the image in the registry. */
  static final String NAME = "registry";

  private static final PullListener LISTENER =
      new PullListener() {
        @Override
        public void progressed(ImageLayer layer, long bytes) {
          Steps.called("progressed");
        }

        @Override
        public void completed(ImageLayer layer) {
          Steps.called("completed");
        }
      };

  private RemoteOperations() {}

  static Operations.Work pulling(Path images) {
    return (library, store) -> {
      try (RegistryImages registries = registries(store);
          Image image = open(images, registries, library, store)) {
        library.pull(image, Operations.LISTENER, LISTENER);
      }
    };
  }

  static Operations.Work reading(Path images) {
    return (library, store) -> {
      try (RegistryImages registries = registries(store);
          ImageView view =
              library.view(open(images, registries, library, store), Operations.LISTENER)) {
        Operations.readAll(view);
      }
    };
  }

  /** Gets the indices of an image, and none of its layers. */
  static void index(Path images, LayerFs library, Store store) throws Exception {
    pulling(images).on(library, store);
    try (RegistryImages registries = registries(store);
        Image image = open(images, registries, library, store)) {
      for (ImageLayer layer : image.layers()) {
        Files.delete(store.blob(layer.digest().orElseThrow()));
      }
    }
  }

  private static RegistryImages registries(Store store) {
    return new RegistryImages(
        store,
        () -> RegistryClient.open(RegistryOptions.DEFAULTS),
        name -> List.of(RegistryName.parse(name.replaceFirst("^docker://", ""))),
        RemoteOptions.DEFAULTS);
  }

  private static Image open(Path images, RegistryImages registries, LayerFs library, Store store)
      throws IOException {
    String name = Files.readString(images.resolve(NAME));
    return library.image(name, OpenOptions.defaults(store).withRemotes(() -> registries));
  }
}
