package dev.ocifs.tests.image;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.LayerFsOptions;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Opens images for tests, each with the store that the test names. */
public final class Opened {
  private Opened() {}

  public static ImageView view(String reference, Path store) throws IOException {
    return view(reference, store, LayerFsOptions.defaults());
  }

  public static ImageView view(String reference, Path store, LayerFsOptions options)
      throws IOException {
    Store opened = Store.open(store);
    OpenOptions find = OpenOptions.defaults(opened).withLimits(options.limits());
    return LayerFs.open(opened, options).view(Images.open(reference, find), IndexListener.NONE);
  }

  /** The whole tree of an image as text. */
  public static Map<String, String> listing(String reference, Path store) throws IOException {
    try (ImageView view = view(reference, store)) {
      return ViewListing.of(view);
    }
  }
}
