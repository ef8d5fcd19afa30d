package dev.ocifs.oci.copy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.source.RemoteLayer;
import java.io.IOException;
import java.util.Optional;

/**
 * A blob that is to be copied: a configuration, a layer, or what else a manifest names.
 *
 * @param size in bytes
 * @param opener opens it where it lies
 * @param remote fetches it, where not all of it is here
 */
public record PlannedBlob(
    MediaType mediaType, Digest digest, long size, ImageLayer.Opener opener, Remote remote) {

  /** Says what a registry can do for a blob. */
  @FunctionalInterface
  public interface Remote {
    /** For what is here. */
    Remote NONE = Optional::empty;

    Optional<RemoteLayer> get() throws IOException;
  }
}
