package dev.ocifs.layerfs;

import dev.ocifs.layerfs.view.ImageView;
import java.io.IOException;
import java.util.Optional;

/**
 * What became of one image of a batch: a view or a failure.
 *
 * @param reference the image as it was asked for
 * @param view the caller's, who closes it
 */
public record OpenResult(
    String reference, Optional<ImageView> view, Optional<IOException> failure) {

  static OpenResult of(String reference, ImageView view) {
    return new OpenResult(reference, Optional.of(view), Optional.empty());
  }

  static OpenResult of(String reference, IOException failure) {
    return new OpenResult(reference, Optional.empty(), Optional.of(failure));
  }
}
