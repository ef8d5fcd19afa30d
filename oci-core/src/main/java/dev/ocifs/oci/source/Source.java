package dev.ocifs.oci.source;

import dev.ocifs.oci.Platform;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A layout or an archive that a reference leads to. It owns its files until it opened an image. */
interface Source extends Closeable {

  /** What it holds. */
  List<ImageName> list() throws IOException;

  /**
   * Opens the image that the reference means; the image then owns the files of the source.
   *
   * @param asked the platform that the user asked for
   */
  Image open(Optional<Platform> asked) throws IOException;

  /**
   * Opens all that the reference leads to, every platform; it then owns the files of the source.
   *
   * @return empty where there is never more than one image, and no manifest
   */
  Optional<ImageBundle> openAll() throws IOException;
}
