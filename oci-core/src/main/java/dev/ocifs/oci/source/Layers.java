package dev.ocifs.oci.source;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Platform;
import dev.ocifs.oci.manifest.ImageConfig;
import java.util.Optional;

/** What a configuration must agree with, whatever the source. */
final class Layers {
  private Layers() {}

  /** Each layer has a diffID; the history may say what it likes. */
  static void checkCount(int layers, ImageConfig config) throws OcifsException {
    if (layers != config.diffIds().size()) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              "the image has " + layers + " layers, but " + config.diffIds().size() + " diffIDs")
          .rule(29);
    }
  }

  /** An image that was taken without a choice must still be what the user asked for, if he did. */
  static void checkPlatform(ImageConfig config, Optional<Platform> asked) throws OcifsException {
    Optional<Platform> own = config.platform();
    if (asked.isPresent() && own.isPresent() && !asked.get().preferences().contains(own.get())) {
      throw new OcifsException(
              OcifsException.Kind.NOT_FOUND,
              "no image for " + asked.get() + "; there is: " + own.get())
          .rule(31);
    }
  }
}
