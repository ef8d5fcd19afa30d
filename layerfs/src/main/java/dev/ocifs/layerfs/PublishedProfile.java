package dev.ocifs.layerfs;

import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.profile.AccessTrace;
import dev.ocifs.layerfs.toc.TocIndexer;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.Image;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What mounts elsewhere read first of an image, as somebody has published it. It is a hint, and
 * comes from whoever may write to the registry: so it is used only when every entry of it is about
 * a span that there is.
 */
final class PublishedProfile {
  private PublishedProfile() {}

  /**
   * The spans that are to be fetched first.
   *
   * @param indices those by which the image is read, base first
   * @param most how many spans are taken at most
   * @return empty when nobody has published one, or that is not wanted
   * @throws OcifsException when it cannot be had or used, which is no reason to fail
   */
  static Optional<AccessTrace> find(Image image, List<LayerIndex> indices, int most)
      throws IOException {
    Optional<byte[]> published = image.publishedProfile();
    if (published.isEmpty()) {
      return Optional.empty();
    }
    AccessTrace trace = AccessTrace.decode(published.get());
    for (int i = 0; i < trace.size(); i++) {
      int layer = trace.layer(i);
      if (layer >= indices.size()) {
        throw foreign(i, "layer " + layer + " of " + indices.size());
      }
      int spans = indices.get(layer).spanCount();
      // A layer's own table cuts it in other spans than the indices that are published.
      if (!isListed(image, indices, layer) && trace.span(i) >= spans) {
        throw foreign(i, "span " + trace.span(i) + " of " + spans + " in layer " + layer);
      }
    }
    return Optional.of(trace.first(most, layer -> !isListed(image, indices, layer)));
  }

  private static boolean isListed(Image image, List<LayerIndex> indices, int layer) {
    return TocIndexer.describes(image.layers().get(layer), indices.get(layer).facts());
  }

  private static OcifsException foreign(int i, String what) {
    return new OcifsException(
        OcifsException.Kind.INVALID_IMAGE, "it is of another image: event " + i + " is of " + what);
  }
}
