package dev.ocifs.oci.source;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A place that holds images. Immutable; holds nothing open. */
interface ImageSource {
  /** What it holds. */
  List<ImageName> names() throws IOException;

  /**
   * Finds an image.
   *
   * @param name as the user named it, for messages
   * @param ref which one; without it, the only one
   */
  Image open(String name, Optional<String> ref, OpenOptions options) throws IOException;
}
