package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import java.io.IOException;
import java.util.Optional;

/** An image that a name of a registry means: its documents and layers, here or to be fetched. */
public interface RemoteImage extends Contents {

  /** The full name: {@code docker://docker.io/library/debian:12}. */
  String name();

  /** The manifest or index that the name means now. */
  Descriptor top();

  /** What the registry can do for a layer; empty when all of it is here. */
  Optional<RemoteLayer> remote(Descriptor manifest, Descriptor layer) throws IOException;

  /**
   * What mounts elsewhere have read first of an image, as somebody has published it beside the
   * image's manifest: not checked at all, and of bounded length.
   *
   * @return empty when there is none, or the user does not want it
   * @throws dev.ocifs.oci.OcifsException when the registry does not give it
   */
  default Optional<byte[]> publishedProfile(Descriptor manifest) throws IOException {
    return Optional.empty();
  }

  /** Hears that all layers have been asked for with {@link #remote}. */
  void opened() throws IOException;
}
