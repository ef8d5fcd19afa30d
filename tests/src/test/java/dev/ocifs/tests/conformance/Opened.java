package dev.ocifs.tests.conformance;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.LayerFsOptions;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.model.TreeListing;
import java.io.IOException;
import java.nio.file.Path;

/** Opens images for tests, each with the store that the test names. */
public final class Opened {
  private Opened() {}

  static ImageView view(String reference, Path store) throws IOException {
    return view(reference, store, LayerFsOptions.defaults());
  }

  static ImageView view(String reference, Path store, LayerFsOptions options) throws IOException {
    Store opened = Store.open(store);
    OpenOptions find = OpenOptions.defaults(opened).withLimits(options.limits());
    return LayerFs.open(opened, options).view(Images.open(reference, find), IndexListener.NONE);
  }

  /** The whole tree of an image. */
  public static TreeListing listing(String reference, Path store) throws IOException {
    try (ImageView view = view(reference, store)) {
      return ViewLister.list(view);
    }
  }
}
