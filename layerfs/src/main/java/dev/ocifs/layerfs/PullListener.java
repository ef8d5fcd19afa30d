package dev.ocifs.layerfs;

import dev.ocifs.oci.source.ImageLayer;

/** Hears how fetching an image gets on. Called by several threads. */
public interface PullListener {
  /** Hears nothing. */
  PullListener NONE =
      new PullListener() {
        @Override
        public void progressed(ImageLayer layer, long bytes) {}

        @Override
        public void completed(ImageLayer layer) {}
      };

  /**
   * More of a layer is here and was read.
   *
   * @param bytes of its blob, how many more
   */
  void progressed(ImageLayer layer, long bytes);

  /** All of a layer is in the store, verified and indexed. */
  void completed(ImageLayer layer);
}
