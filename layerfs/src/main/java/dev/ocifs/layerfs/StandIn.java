package dev.ocifs.layerfs;

import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.ImageLayer;
import java.io.IOException;
import java.util.Optional;

/**
 * Gives indices of layers that are not here, as long as no pass over them has made one. Such an
 * index is virtual: nothing that is kept by its diffID is taken for something of the real layer.
 * Thread-safe.
 */
interface StandIn {

  /** What the index of a layer is kept by; empty when there can be none for it. */
  Optional<Digest> name(ImageLayer layer);

  /** The index that was got before; the caller closes it. */
  Optional<LayerIndex> find(ImageLayer layer) throws IOException;

  /**
   * The index, got when there is none yet; the caller closes it.
   *
   * @return empty when there is none to be had for this layer
   * @throws dev.ocifs.oci.OcifsException {@code INVALID_IMAGE} and others that blame the image when
   *     there is one, but it cannot be used
   */
  Optional<LayerIndex> make(ImageLayer layer) throws IOException;

  /**
   * Whether a layer is read as a whole when its index cannot be had.
   *
   * @param failure of {@link #make}
   */
  boolean isDispensable(ImageLayer layer, OcifsException failure);

  /** Removes the index: there is one of a verified pass now. */
  void forget(ImageLayer layer) throws IOException;
}
